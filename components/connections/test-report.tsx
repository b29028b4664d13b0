'use client';
/** A handshake step by step with its times; then what is behind the address, or what is missing and what helps. */
import { CircleCheck, CircleMinus, CircleX } from 'lucide-react';
import type { ConnectionKind, ConnectionTest } from '../../server/contract/connections.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Arc } from '../ui/button.tsx';
import { Notice, Tag } from '../ui/surface.tsx';

const MARKS = {
  pass: <CircleCheck size={15} className="text-ok-mark" aria-hidden="true" />,
  fail: <CircleX size={15} className="text-bad-mark" aria-hidden="true" />,
  'not-run': <CircleMinus size={15} className="text-off-mark" aria-hidden="true" />,
} as const;

/** `test` null: it is under way. */
export function TestReport({ kind, test, address = '' }: { kind: ConnectionKind; test: ConnectionTest | null; address?: string }) {
  const { t, f, said } = useI18n();
  if (test === null) {
    return (
      <p role="status" className="flex min-h-20 items-center gap-2.5 text-ctl">
        <Arc /> {t('conn.testing', { address })}
      </p>
    );
  }
  return (
    <section aria-label={t('conn.test')} className="flex flex-col gap-3">
      <Notice live kind={test.isGood ? 'ok' : 'bad'} title={t(test.isGood ? 'conn.good.word' : 'conn.bad.word')}>
        {said(test.said, test.sentence)} {test.next === null ? '' : t(`conn.next.${test.next}`)}
      </Notice>
      <ol className="overflow-hidden rounded-card border border-line-1">
        {test.steps.map((step) => (
          <li key={step.step} className="flex items-start gap-2.5 border-b border-line-1 px-3.5 py-2 text-ctl last:border-0">
            <span className="mt-0.5 shrink-0">{MARKS[step.result]}</span>
            <span className="w-[128px] shrink-0 font-medium">
              {t(`conn.step.${step.step}`)} <span className="sr-only">{t(`conn.result.${step.result}`)}</span>
            </span>
            <span className="min-w-0 grow break-words text-text-2">{said(step.said, step.message)}</span>
            <span className="num shrink-0 text-second text-text-3">{step.result === 'not-run' ? '--' : f.took(step.tookMs)}</span>
          </li>
        ))}
      </ol>
      {test.found ? <Found kind={kind} found={test.found} /> : null}
    </section>
  );
}

function Found({ kind, found }: { kind: ConnectionKind; found: NonNullable<ConnectionTest['found']> }) {
  const { t } = useI18n();
  return (
    <div className="text-ctl">
      <h3 className="mb-1.5 text-hint font-medium text-text-2">{t('conn.found')}</h3>
      <p className="mb-2">
        {[found.version, `${t(`conn.foundTotal.${kind}`, { n: found.total })}${found.isCut ? '+' : ''}`].filter(Boolean).join(' · ')}
      </p>
      <ul className="flex flex-wrap gap-1.5">
        {found.names.map((name) => (
          <li key={name} className="min-w-0">
            <Tag className="max-w-full font-mono">{name}</Tag>
          </li>
        ))}
        {found.isCut || found.total > found.names.length ? <li className="text-second text-text-3">{t('conn.foundMore')}</li> : null}
      </ul>
    </div>
  );
}
