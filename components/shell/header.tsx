'use client';
/** Header: breadcrumb, search, live indicator, switches. On a phone: logo, page name, live, search, menu. */
import { ChevronLeft, CircleHelp, Menu as MenuIcon, Search } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useI18n } from '../i18n/provider.tsx';
import { IconButton } from '../ui/button.tsx';
import { Kbd } from '../ui/surface.tsx';
import { LiveIndicator } from './live-indicator.tsx';
import { Logo } from './logo.tsx';
import { crumbsOf } from './nav-entries.ts';
import { OperationTray } from './operation-tray.tsx';
import { usePageName } from './page-name.tsx';
import { AccountMenu, LanguageSwitch, ThemeSwitch, ZoneSwitch } from './switches.tsx';

export function Header({ onMenu, onSearch, onHelp }: { onMenu(): void; onSearch(): void; onHelp(): void }) {
  const { t } = useI18n();
  return (
    <header className="sticky top-0 z-20 flex h-12 shrink-0 items-center gap-2 border-b border-line-1 bg-surface px-(--gutter)">
      <span className="md:hidden">
        <Logo />
      </span>
      <span className="hidden max-lg:inline-flex max-md:hidden">
        <IconButton label={t('nav.open')} onClick={onMenu}>
          <MenuIcon size={17} aria-hidden="true" />
        </IconButton>
      </span>
      <Breadcrumb />
      <button
        type="button"
        onClick={onSearch}
        className="ml-auto flex h-8 w-[248px] items-center gap-2.5 rounded-ctl border border-line-2 bg-surface px-2.5 text-ctl text-text-3 max-xl:w-[220px] max-lg:hidden"
      >
        <Search size={15} aria-hidden="true" />
        <span className="grow truncate text-left">{t('palette.open')}</span>
        <Kbd>⌘K</Kbd>
      </button>
      <span className="ml-auto hidden max-lg:inline-flex">
        <IconButton label={t('palette.open')} onClick={onSearch}>
          <Search size={17} aria-hidden="true" />
        </IconButton>
      </span>
      <OperationTray />
      <LiveIndicator />
      <div className="flex items-center max-md:hidden">
        <ZoneSwitch />
        <LanguageSwitch />
        <ThemeSwitch />
        <IconButton label={t('switch.help')} onClick={onHelp}>
          <CircleHelp size={16} strokeWidth={1.75} aria-hidden="true" />
        </IconButton>
      </div>
      <AccountMenu />
      <span className="md:hidden">
        <IconButton label={t('nav.open')} onClick={onMenu}>
          <MenuIcon size={18} aria-hidden="true" />
        </IconButton>
      </span>
    </header>
  );
}

function Breadcrumb() {
  const { t } = useI18n();
  const crumbs = crumbsOf(usePathname(), usePageName());
  return (
    <nav aria-label={t('nav.breadcrumb')} className="min-w-0 shrink text-ctl">
      <PhoneParent crumbs={crumbs} />
      <ol className="flex min-w-0 items-center gap-2 max-md:hidden">
        {crumbs.map((crumb, index) => {
          const text = crumb.label ? t(crumb.label) : crumb.text;
          const last = index === crumbs.length - 1;
          return (
            <li
              key={`${text}`}
              className={last ? 'min-w-0 truncate font-semibold' : 'flex shrink-0 items-center gap-2 text-text-2'}
              aria-current={last ? 'page' : undefined}
            >
              {crumb.href && !last ? (
                <Link href={crumb.href} prefetch={false} className="hover:text-text-1 hover:underline">
                  {text}
                </Link>
              ) : (
                text
              )}
              {last ? null : (
                <span aria-hidden="true" className="text-text-3">
                  /
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** On a phone the way up; the page itself is named by its h1. */
function PhoneParent({ crumbs }: { crumbs: ReturnType<typeof crumbsOf> }) {
  const { t } = useI18n();
  const parent = crumbs.slice(0, -1).findLast((crumb) => crumb.href);
  if (!parent?.href) return <span className="font-semibold md:hidden">Tidemark</span>;
  return (
    <Link href={parent.href} prefetch={false} className="link flex min-h-11 items-center gap-1 md:hidden">
      <ChevronLeft size={16} aria-hidden="true" />
      <span className="truncate">{parent.label ? t(parent.label) : parent.text}</span>
    </Link>
  );
}
