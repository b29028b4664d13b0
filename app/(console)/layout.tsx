import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { ConsoleProviders } from '../../components/shell/console-providers.tsx';
import { hasSessionCookie, readPreferences } from '../../components/shell/preferences.ts';
import { JobDialogHost } from './job-dialog-host.tsx';

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  if (!(await hasSessionCookie())) {
    const path = (await headers()).get('x-tidemark-path');
    redirect(path ? `/sign-in?next=${encodeURIComponent(path)}` : '/sign-in');
  }
  const { folded } = await readPreferences();
  return (
    <ConsoleProviders folded={folded} dialogs={<JobDialogHost />}>
      {children}
    </ConsoleProviders>
  );
}
