'use client';
/** Who is signed in. Without a session the viewer goes to the sign-in and comes back afterwards. */
import { useQuery } from '@tanstack/react-query';
import { usePathname, useRouter } from 'next/navigation';
import { createContext, type ReactNode, useContext, useEffect } from 'react';
import type { Session } from '../../server/contract/account.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { whenSignedOut } from '../client/request.ts';

const Context = createContext<Session | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const router = useRouter();
  const path = usePathname();
  useEffect(() => {
    whenSignedOut(() => router.replace(`/sign-in?next=${encodeURIComponent(path + window.location.search)}`));
    return () => whenSignedOut(null);
  }, [router, path]);
  const { data } = useQuery(routeQuery('getSession', keys.session, {}));
  return <Context value={data ?? null}>{children}</Context>;
}

/** Null until the session is known. */
export function useSession(): Session | null {
  return useContext(Context);
}

export function useIsAdmin(): boolean {
  return useContext(Context)?.user.role === 'admin';
}
