'use client';
/** The events in their two groups, each with its question, verdict, reasons and the way to mend it. */
import type { GuideAnswer } from '../../server/contract/guide.ts';
import type { Job } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { Empty, Tag } from '../ui/surface.tsx';
import { MendButton } from './mend-button.tsx';
import { VerdictTag } from './verdict-tag.tsx';

const GROUPS = ['unplanned', 'planned'] as const;

export function GuideList({ answers, all, job }: { answers: readonly GuideAnswer[]; all: number; job: Job | null }) {
  const { t } = useI18n();
  if (answers.length === 0) return <Empty>{t('guide.none', { all })}</Empty>;
  return GROUPS.map((group) => {
    const some = answers.filter((answer) => answer.group === group);
    if (some.length === 0) return null;
    const headingId = `guide-${group}`;
    return (
      <section key={group} aria-labelledby={headingId} className="overflow-hidden rounded-card border border-line-1 bg-surface">
        <h2 id={headingId} className="border-b border-line-1 bg-sunken px-[18px] py-2.5 text-ctl font-semibold">
          {t(`guide.group.${group}`)}
        </h2>
        <ol>
          {some.map((answer) => (
            <Event key={answer.number} answer={answer} job={job} />
          ))}
        </ol>
      </section>
    );
  });
}

function Event({ answer, job }: { answer: GuideAnswer; job: Job | null }) {
  const { t, said } = useI18n();
  const [question, ...reasons] = answer.said;
  const isHere = answer.standing !== 'never';
  return (
    <li
      id={`event-${answer.number}`}
      className="grid grid-cols-[28px_minmax(0,1fr)] items-start gap-x-3 gap-y-1.5 border-b border-line-1 px-[18px] py-3 last:border-0 lg:grid-cols-[28px_minmax(0,1fr)_190px_230px]"
    >
      <span className="num pt-px text-right text-ctl text-text-3">{answer.number}</span>
      <div className="min-w-0">
        <h3 className={cx('text-ctl font-semibold', !isHere && 'font-medium! text-text-2')}>
          {question ? said(question, answer.question) : answer.question}
          {answer.standing === 'if' ? <Tag className="ml-2 align-middle font-normal!">{t('guide.standing.if')}</Tag> : null}
        </h3>
        <p className="mt-0.5 max-w-[760px] text-second text-text-2">{said(reasons, answer.why)}</p>
      </div>
      <div className="pt-px max-lg:col-start-2">
        <VerdictTag answer={answer} />
      </div>
      <div className="flex justify-end max-lg:col-start-2 max-lg:justify-start">
        {job && isHere ? <MendButton answer={answer} job={job} /> : null}
      </div>
    </li>
  );
}
