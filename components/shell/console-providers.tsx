'use client';
/** What the signed-in pages need beside: session, live stream, shortcuts, dialogs about jobs, the shell. */
import type { ReactNode } from 'react';
import { LiveProvider } from '../client/live.tsx';
import { JobDialogsProvider } from '../job/job-dialogs.tsx';
import { ResultsProvider } from '../job/results-sheet.tsx';
import { AccountPreferences } from './account-preferences.tsx';
import { AppShell } from './app-shell.tsx';
import { SessionProvider } from './session.tsx';
import { ShortcutsProvider } from './shortcuts.tsx';

export function ConsoleProviders({ folded, dialogs, children }: { folded: boolean; dialogs: ReactNode; children: ReactNode }) {
  return (
    <SessionProvider>
      <AccountPreferences />
      <LiveProvider>
        <ShortcutsProvider>
          <JobDialogsProvider>
            <ResultsProvider>
              <AppShell startFolded={folded}>{children}</AppShell>
              {dialogs}
            </ResultsProvider>
          </JobDialogsProvider>
        </ShortcutsProvider>
      </LiveProvider>
    </SessionProvider>
  );
}
