'use client';
/** Title row of a page, with its actions at the right. */
import { type ReactNode, useEffect } from 'react';
import type { PlainKey } from '../i18n/dictionary.ts';
import { useI18n } from '../i18n/provider.tsx';

export function PageHead({ title, actions, note }: { title: PlainKey; actions?: ReactNode; note?: ReactNode }) {
  const { t } = useI18n();
  const text = t(title);
  useEffect(() => {
    document.title = `${text} · Tidemark`;
  }, [text]);
  return (
    <div className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-2 px-(--gutter) py-3 max-md:min-h-0 max-md:py-2.5">
      <h1 className="tight text-page">{text}</h1>
      {note ? <div className="text-second text-text-3">{note}</div> : null}
      {actions ? <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div> : null}
    </div>
  );
}
