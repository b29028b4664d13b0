'use client';
/** The six checks of an import, always in the same order, each passed, to know, failed or not run. */
import { BookmarkCheck, CircleCheck, CircleDashed, CircleX, Info, TriangleAlert } from 'lucide-react';
import type { ImportPreview } from '../../server/contract/import.ts';
import { useNow } from '../client/live.tsx';
import { type I18n, useI18n } from '../i18n/provider.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { SnapshotTables } from '../job/snapshot-tables.tsx';
import { cx } from '../ui/class-names.ts';
import { Empty, Notice, Skeleton, Tag } from '../ui/surface.tsx';

const ICON = {
  pass: <CircleCheck size={16} className="text-ok" aria-hidden="true" />,
  note: <TriangleAlert size={16} className="text-warn" aria-hidden="true" />,
  fail: <CircleX size={16} className="text-bad" aria-hidden="true" />,
  'not-run': <CircleDashed size={16} className="text-off" aria-hidden="true" />,
} as const;
const TONE = { pass: '', note: 'bg-warn-soft', fail: 'bg-bad-soft', 'not-run': '' } as const;

export function ImportChecks({
  job,
  preview,
  asked,
  pending,
}: {
  job: DialogJob;
  preview: ImportPreview | undefined;
  asked: boolean;
  pending: boolean;
}) {
  const { t, said } = useI18n();
  if (!asked) return <Empty icon={<BookmarkCheck size={18} aria-hidden="true" />}>{t('import.choose')}</Empty>;
  if (!preview) {
    return pending ? (
      <>
        <Notice kind="off" live>
          {t('import.checking')}
        </Notice>
        <Skeleton height={300} />
      </>
    ) : null;
  }
  return (
    <div className={cx('flex flex-col gap-3', pending && 'opacity-60')} aria-busy={pending || undefined}>
      <Head preview={preview} />
      <ul className="overflow-hidden rounded-card border border-line-1">
        {preview.checks.map((check) => (
          <li key={check.check} className={cx('flex gap-2.5 border-b border-line-1 px-3.5 py-2 last:border-0', TONE[check.result])}>
            <span className="mt-px shrink-0">{ICON[check.result]}</span>
            <div className="min-w-0">
              <div
                className={cx(
                  'text-ctl font-semibold',
                  check.result === 'not-run' && 'text-text-3',
                  check.result === 'fail' && 'text-bad',
                  check.result === 'note' && 'text-warn',
                )}
              >
                {check.check === 'fits-sql' ? t('import.check.fits-sql', { n: job.version }) : t(`import.check.${check.check}`)}
                <span className="sr-only">: {t(`import.result.${check.result}`)}</span>
              </div>
              <div className="text-second text-text-2">{said(check.said, check.message)}</div>
            </div>
          </li>
        ))}
      </ul>
      {preview.operators?.length ? <SnapshotTables positions={preview.positions} operators={preview.operators} /> : null}
      <p className="flex gap-2 text-second text-text-2">
        <Info size={15} className="mt-px shrink-0" aria-hidden="true" />
        {t('import.note')}
      </p>
    </div>
  );
}

/** Why it cannot be restored as it is: the first check that failed. */
export function sentenceOf(preview: ImportPreview, { t, said }: Pick<I18n, 't' | 'said'>): string {
  const failed = preview.checks.find((one) => one.result === 'fail');
  return failed ? said(failed.said, failed.message) : t('said.import.ready');
}

function Head({ preview }: { preview: ImportPreview }) {
  const i18n = useI18n();
  const { t, f } = i18n;
  const now = useNow() ?? preview.createdAt ?? 0;
  const facts = [
    preview.kind ? t(`kind.${preview.kind}`) : null,
    preview.engine ? t(`import.engine.${preview.engine}`) : null,
    preview.sizeBytes === null ? null : f.bytes(preview.sizeBytes),
    preview.createdAt === null ? null : t('start.old', { age: f.span(now - preview.createdAt) }),
  ].filter(Boolean);
  const word = { yes: t('import.canRestore'), 'with-name': t('import.withName'), no: t('import.cannot') }[preview.canImport];
  return (
    <div className="flex items-center gap-3">
      <span className="grid size-9 shrink-0 place-items-center rounded-ctl bg-accent-soft text-accent-text">
        <BookmarkCheck size={17} aria-hidden="true" />
      </span>
      <div className="min-w-0 grow">
        <div className="truncate font-mono text-body font-semibold">{preview.path?.split('/').filter(Boolean).at(-1) ?? '--'}</div>
        <div className="text-second text-text-2">{facts.join(' · ') || sentenceOf(preview, i18n)}</div>
      </div>
      <Tag hue={preview.canImport === 'yes' ? 'ok' : preview.canImport === 'no' ? 'bad' : 'warn'}>{word}</Tag>
    </div>
  );
}
