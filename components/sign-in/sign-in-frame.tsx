'use client';
/** Frame of the pages before the sign-in: logo, promise, card, switches. */
import type { ReactNode } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { Logo } from '../shell/logo.tsx';
import { LanguageSwitch, ThemeSwitch } from '../shell/switches.tsx';

export function SignInFrame({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useI18n();
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-6 px-4 py-10">
      <div className="flex flex-col items-center gap-2 text-center">
        <Logo size={40} />
        <div className="tight text-page font-semibold">Tidemark</div>
        <p className="text-ctl text-text-2">{t('signIn.promise')}</p>
      </div>
      <div className="w-full max-w-[400px] rounded-dialog border border-line-1 bg-surface p-7">
        <h1 className="mb-5 text-dialog font-semibold">{title}</h1>
        {children}
      </div>
      <div className="flex items-center gap-1">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </main>
  );
}
