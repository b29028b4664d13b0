'use client';
/** Several jobs: name, status, choice a row with its price; the choice in the head sets all. */
import type { StopMode, StopPreview } from '../../server/contract/stop.ts';
import { useI18n } from '../i18n/provider.tsx';
import { FigureValue } from '../job/figures.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { StatusWord } from '../job/status.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { SelectField } from '../ui/select.tsx';
import { Skeleton } from '../ui/surface.tsx';

/** Rows with a choice of their own; those beyond follow the choice for all. */
const LISTED = 100;
const MODES: readonly StopMode[] = ['savepoint', 'drain', 'without'];

export function ManyJobs({
  jobs,
  previewOf,
  modeOf,
  onMode,
}: {
  jobs: readonly DialogJob[];
  previewOf(id: number): StopPreview | undefined;
  modeOf(id: number): StopMode;
  onMode(id: number, mode: StopMode): void;
}) {
  const { t } = useI18n();
  const options = MODES.map((mode) => ({ value: mode, label: t(`stop.mode.${mode}`) }));
  const setAll = (mode: StopMode) => {
    for (const job of jobs) {
      if (previewOf(job.id)?.modes.find((one) => one.mode === mode)?.isAllowed !== false) onMode(job.id, mode);
    }
  };
  return (
    <>
      <div className="flex items-center gap-3 text-ctl">
        <span className="font-semibold">{t('stop.all')}</span>
        <span className="w-[220px]">
          <SelectField hideLabel label={t('stop.all')} value={modeOf(jobs[0]!.id)} options={options} onChange={setAll} />
        </span>
      </div>
      <div className="overflow-hidden rounded-card border border-line-1">
        <PlainTable
          label={t('stop.how')}
          head={[
            { key: 'name', text: t('col.name') },
            { key: 'status', text: t('col.status') },
            { key: 'how', text: t('stop.how'), width: 190 },
            { key: 'lost', text: t('loss.lost'), align: 'right' },
            { key: 'again', text: t('loss.readAgain'), align: 'right' },
            { key: 'doubled', text: t('loss.doubled'), align: 'right' },
          ]}
          rows={jobs.slice(0, LISTED).map((job) => {
            const preview = previewOf(job.id);
            const price = preview?.modes.find((one) => one.mode === modeOf(job.id));
            const waiting = <Skeleton key="waiting" width={40} />;
            const allowed = options.filter((one) => preview?.modes.find((other) => other.mode === one.value)?.isAllowed !== false);
            return {
              key: String(job.id),
              cells: [
                <span key="n" className="font-semibold">
                  {job.name}
                </span>,
                <StatusWord key="s" status={job.status} />,
                <SelectField
                  key="h"
                  hideLabel
                  label={`${t('stop.how')} ${job.name}`}
                  value={modeOf(job.id)}
                  options={allowed}
                  onChange={(mode) => onMode(job.id, mode)}
                />,
                price ? <FigureValue key="l" kind="lost" figure={price.lost} /> : waiting,
                price ? <FigureValue key="r" kind="readAgain" figure={price.readAgain} compared /> : waiting,
                price ? <FigureValue key="d" kind="doubled" figure={price.doubled} /> : waiting,
              ],
            };
          })}
        />
        {jobs.length > LISTED ? (
          <p className="border-t border-line-1 px-[18px] py-2.5 text-ctl text-text-2">{t('stop.andMore', { n: jobs.length - LISTED })}</p>
        ) : null}
      </div>
    </>
  );
}
