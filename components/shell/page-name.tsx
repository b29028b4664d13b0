'use client';
/** Name of what a page shows (a job), for the breadcrumb and the title of the window. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

const Context = createContext<{ name: string | null; setName(name: string | null): void }>({ name: null, setName: () => undefined });

export function PageNameProvider({ children }: { children: ReactNode }) {
  const [name, setName] = useState<string | null>(null);
  const value = useMemo(() => ({ name, setName }), [name]);
  return <Context value={value}>{children}</Context>;
}

export function usePageName(): string | null {
  return useContext(Context).name;
}

/** Tells the shell the name while the caller is shown. */
export function useTellPageName(name: string | null): void {
  const { setName } = useContext(Context);
  useEffect(() => {
    setName(name);
    if (name) document.title = `${name} · Tidemark`;
    return () => setName(null);
  }, [name, setName]);
}
