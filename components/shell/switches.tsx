'use client';
/** Language, theme and time zone in the header; each applies at once. The account menu. */
import { useQueryClient } from '@tanstack/react-query';
import { Languages, Monitor, Moon, Sun } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { call } from '../client/request.ts';
import { isZone, type Locale, type Theme } from '../i18n/locale.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Menu } from '../ui/menu.tsx';
import { Popover } from '../ui/tooltip.tsx';
import { useChoose } from './account-preferences.tsx';
import { useSession } from './session.tsx';

const CLASS = 'flex h-8 items-center gap-2 rounded-ctl px-2.5 text-second whitespace-nowrap hover:bg-hover';
const LANGUAGES: readonly { locale: Locale; name: string; short: string }[] = [
  { locale: 'en', name: 'English', short: 'EN' },
  { locale: 'zh', name: '中文', short: '中文' },
];

export function LanguageSwitch() {
  const { t, locale } = useI18n();
  const choose = useChoose();
  return (
    <Menu
      minWidth={140}
      trigger={
        <button type="button" className={CLASS}>
          <span className="sr-only">{t('switch.language')} </span>
          <Languages size={16} strokeWidth={1.75} aria-hidden="true" />
          {LANGUAGES.find((one) => one.locale === locale)?.short}
        </button>
      }
      entries={LANGUAGES.map((one) => ({
        kind: 'choice',
        key: one.locale,
        label: one.name,
        checked: one.locale === locale,
        onSelect: () => choose({ language: one.locale }),
      }))}
    />
  );
}

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export function ThemeSwitch() {
  const { t, theme } = useI18n();
  const choose = useChoose();
  const Icon = theme === 'dark' ? Moon : theme === 'light' ? Sun : Monitor;
  return (
    <Menu
      minWidth={140}
      trigger={
        <button type="button" aria-label={t('switch.theme')} title={t('switch.theme')} className={CLASS}>
          <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
        </button>
      }
      entries={THEMES.map((one) => ({
        kind: 'choice',
        key: one,
        label: t(`switch.theme.${one}`),
        checked: one === theme,
        onSelect: () => choose({ theme: one }),
      }))}
    />
  );
}

export function ZoneSwitch() {
  const { t, f, zone, zoneChoice } = useI18n();
  const choose = useChoose();
  const [text, setText] = useState('');
  const bad = text !== '' && !isZone(text);
  const browser = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Popover
      label={t('switch.zone')}
      align="end"
      width={280}
      trigger={
        <button type="button" aria-label={`${t('switch.zone')}: ${f.zoneLabel()}`} title={zone} className={CLASS} suppressHydrationWarning>
          {f.zoneLabel()}
        </button>
      }
    >
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (text && !bad) choose({ timeZone: text });
        }}
      >
        <div className="flex gap-2">
          <Button size="sm" look={zoneChoice === 'browser' ? 'primary' : 'plain'} onClick={() => choose({ timeZone: 'browser' })}>
            {t('switch.zone.browser', { zone: browser })}
          </Button>
          <Button size="sm" look={zoneChoice === 'UTC' ? 'primary' : 'plain'} onClick={() => choose({ timeZone: 'UTC' })}>
            UTC
          </Button>
        </div>
        <TextField
          label={t('switch.zone.other')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          error={bad ? t('switch.zone.bad') : null}
          reserve
          mono
        />
      </form>
    </Popover>
  );
}

export function AccountMenu() {
  const { t } = useI18n();
  const session = useSession();
  const router = useRouter();
  const client = useQueryClient();
  const name = session?.user.name ?? '';
  const initials = name
    .split(/[\s.]+/)
    .map((part) => part[0] ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase();
  const signOut = () =>
    call('signOut', {})
      .catch(() => undefined)
      .finally(() => {
        client.clear();
        router.replace('/sign-in');
      });
  return (
    <Menu
      minWidth={200}
      trigger={
        <button
          type="button"
          aria-label={`${initials} ${t('switch.account', { name })}`}
          title={session?.user.email}
          className="grid size-7 place-items-center rounded-full bg-accent text-axis font-semibold text-on-accent"
        >
          <span aria-hidden="true">{initials}</span>
        </button>
      }
      entries={[
        { kind: 'heading', key: 'who', label: session?.user.email ?? '' },
        { key: 'account', label: t('nav.account'), onSelect: () => router.push('/account') },
        { kind: 'line', key: 'line' },
        { key: 'out', label: t('switch.signOut'), onSelect: () => void signOut() },
      ]}
    />
  );
}
