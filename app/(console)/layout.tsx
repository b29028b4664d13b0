import type { ReactNode } from 'react';
import { ConsoleProviders } from '../../components/shell/console-providers.tsx';
import { readPreferences } from '../../components/shell/preferences.ts';
import { JobDialogHost } from './job-dialog-host.tsx';

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const { folded } = await readPreferences();
  return (
    <ConsoleProviders folded={folded} dialogs={<JobDialogHost />}>
      {children}
    </ConsoleProviders>
  );
}
