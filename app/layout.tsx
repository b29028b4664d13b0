import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { readPreferences } from '../components/shell/preferences.ts';
import { RootProviders } from '../components/shell/root-providers.tsx';
import './globals.css';

export const metadata: Metadata = {
  title: 'Tidemark',
  description: 'A console for streaming jobs whose restarts never cost a record.',
  icons: '/icon.svg',
};
export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { folded: _folded, ...start } = await readPreferences();
  return (
    <html lang={start.locale} data-theme={start.theme} className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <body>
        <RootProviders start={start}>{children}</RootProviders>
      </body>
    </html>
  );
}
