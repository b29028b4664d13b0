'use client';
/** Frame of every page after the sign-in: side bar, header, content, palette, help. */
import dynamic from 'next/dynamic';
import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { FOLD_COOKIE } from '../i18n/locale.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { Sheet } from '../ui/dialog.tsx';
import { Header } from './header.tsx';
import { useKeptFocus } from './kept-focus.ts';
import { PageNameProvider } from './page-name.tsx';
import { useShortcut } from './shortcuts.tsx';
import { SideBar } from './side-bar.tsx';
import { LanguageSwitch, ThemeSwitch, ZoneSwitch } from './switches.tsx';

const Palette = dynamic(() => import('./palette.tsx').then((module) => module.Palette), { ssr: false });
const HelpDialog = dynamic(() => import('./help-dialog.tsx').then((module) => module.HelpDialog), { ssr: false });

export function AppShell({ startFolded, children }: { startFolded: boolean; children: ReactNode }) {
  const { t } = useI18n();
  const router = useRouter();
  const [folded, setFolded] = useState(startFolded);
  const [drawer, setDrawer] = useState(false);
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const fold = () => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every supported browser.
    document.cookie = `${FOLD_COOKIE}=${folded ? 0 : 1}; path=/; max-age=31536000; samesite=lax`;
    setFolded(!folded);
  };
  useKeptFocus(usePathname());
  useShortcut('[', fold);
  useShortcut('mod+k', () => setPalette(true));
  useShortcut('?', () => setHelp(true));
  useShortcut('g j', () => router.push('/jobs'));
  useShortcut('g s', () => router.push('/snapshots'));
  useShortcut('g a', () => router.push('/alarms'));
  useShortcut('g t', () => router.push('/templates'));
  return (
    <PageNameProvider>
      <div className="flex min-h-dvh">
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-70 focus:rounded-ctl focus:bg-raised focus:px-3 focus:py-2 focus:shadow-2"
        >
          {t('nav.skip')}
        </a>
        <aside className={cx('sticky top-0 hidden h-dvh shrink-0 lg:block', folded ? 'w-14' : 'w-14 min-[1440px]:w-52')}>
          <SideBar folded={folded} />
        </aside>
        <div className="flex min-w-0 grow flex-col">
          <Header onMenu={() => setDrawer(true)} onSearch={() => setPalette(true)} onHelp={() => setHelp(true)} />
          <main id="content" tabIndex={-1} className="flex min-w-0 grow flex-col outline-none">
            {children}
          </main>
        </div>
      </div>
      <Sheet open={drawer} onClose={() => setDrawer(false)} title="Tidemark" closeLabel={t('common.close')} side="left" width={264}>
        <SideBar folded={false} drawer onNavigate={() => setDrawer(false)} />
        <div className="mt-4 flex flex-wrap border-t border-line-1 pt-3 md:hidden">
          <ZoneSwitch />
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </Sheet>
      {palette ? <Palette onClose={() => setPalette(false)} onHelp={() => setHelp(true)} /> : null}
      {help ? <HelpDialog open onClose={() => setHelp(false)} /> : null}
    </PageNameProvider>
  );
}
