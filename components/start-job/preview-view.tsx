'use client';
/** What a start would cost: verdict, loss meter with the sinks, positions, state of each operator, and the typed acceptance where it is needed. */
import { useState } from 'react';
import type { StartPreview } from '../../server/contract/start.ts';
import { useI18n } from '../i18n/provider.tsx';
import { deliveryWhy } from '../job/delivery.ts';
import { FigureValue, type LossKind, LossMeter } from '../job/figures.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Notice, Skeleton, Tag } from '../ui/surface.tsx';
import { CheckLine } from '../ui/toggle.tsx';
import { Positions } from './positions.tsx';
import type { Acceptance } from './use-start.ts';
import { TypedName, VerdictBanner } from './verdict.tsx';

export function PreviewView({
  preview,
  acceptance,
  onAcceptance,
  onRetry,
  refused,
}: {
  preview: StartPreview;
  acceptance: Acceptance;
  onAcceptance(part: Partial<Acceptance>): void;
  onRetry(): void;
  /** Shown alone: the figures, the positions and the name to type. */
  refused: boolean;
}) {
  const { t, f, said } = useI18n();
  const { capacity } = preview;
  const noRoom = capacity.freeCus !== null && capacity.freeCus < capacity.neededCus;
  const dropped = preview.operators.filter((one) => one.fate === 'dropped').length;
  // Flink says only when it starts whether it finds the state of these again.
  const unsure = preview.operators.filter((one) => one.said?.code === 'said.operator.flinkUnsure').length;
  const asksAnyway = preview.blockedBy === null && (preview.verdict === 'unknown' || preview.needsConfirmation);
  const asksName = preview.needsName && preview.blockedBy === null && (!asksAnyway || acceptance.anyway);
  const { discarded } = preview;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <VerdictBanner
        preview={preview}
        onRetry={onRetry}
        onAnyway={asksAnyway && !acceptance.anyway ? () => onAcceptance({ anyway: true }) : null}
      />
      {noRoom ? (
        <Notice kind="warn">
          {t('start.noRoom', { queue: capacity.queueName, free: capacity.freeCus ?? 0, needed: capacity.neededCus })}
        </Notice>
      ) : null}
      {preview.passedOver.map((one) => (
        <Notice key={one.name} kind="warn">
          {t('start.passedOver', { name: one.name, reason: said(one.said, one.reason) })}
        </Notice>
      ))}
      <Cost preview={preview} sinks={!refused} />
      {preview.positions.length > 0 ? <Positions preview={preview} /> : null}
      {preview.operators.length > 0 && !refused ? <Operators preview={preview} /> : null}
      {preview.settings.length > 0 && !refused ? <Settings preview={preview} /> : null}
      {unsure > 0 ? (
        <CheckLine
          checked={acceptance.allowDropped}
          onChange={(allowDropped) => onAcceptance({ allowDropped })}
          label={t('start.allowUnmatched', { n: unsure })}
        />
      ) : null}
      {dropped > 0 ? (
        <CheckLine
          checked={acceptance.allowDropped}
          onChange={(allowDropped) => onAcceptance({ allowDropped })}
          label={t('start.allowDropped', { n: dropped })}
        />
      ) : null}
      {asksName ? (
        <TypedName
          jobName={preview.jobName}
          label={
            discarded?.bytes != null
              ? t('start.acceptEmpty', { name: preview.jobName, size: f.bytes(discarded.bytes) })
              : t('start.accept', { name: preview.jobName })
          }
          value={acceptance.typedName}
          onChange={(typedName) => onAcceptance({ typedName })}
        />
      ) : null}
    </div>
  );
}

function Cost({ preview, sinks }: { preview: StartPreview; sinks: boolean }) {
  const { t, said } = useI18n();
  const { loss } = preview;
  const some = (kind: 'lost' | 'readAgain' | 'doubled') => loss[kind].value === null || loss[kind].value > 0;
  const gone = preview.positions.filter((one) => (one.lost.value ?? 0) > 0).length;
  const kinds: readonly LossKind[] = ['lost', 'readAgain', 'doubled', 'waiting'];
  return (
    <div>
      <LossMeter
        figures={kinds.map((kind) => ({ kind, figure: loss[kind] }))}
        notes={{
          lost: preview.discarded
            ? preview.discarded.rows === null
              ? t('start.stateGone')
              : t('start.rowsGone', { n: preview.discarded.rows })
            : gone > 0
              ? t('start.inPartitions', { n: gone, total: preview.positions.length })
              : some('lost')
                ? t('start.gone')
                : t('start.exact'),
          readAgain: some('readAgain') ? t(preview.discarded ? 'start.againFromFirst' : 'start.again') : t('start.noneSince'),
          doubled: some('doubled') ? t('start.twice') : t('start.notTwice'),
          waiting: t('start.caughtUp'),
        }}
      />
      <div className={sinks ? 'overflow-hidden rounded-b-card border border-t-0 border-line-1' : 'hidden'}>
        <PlainTable
          label={t('start.sinks')}
          head={[
            { key: 'sink', text: t('start.sink') },
            { key: 'how', text: t('start.how') },
            { key: 'lost', text: t('loss.lost'), align: 'right' },
            { key: 'again', text: t('loss.readAgain'), align: 'right' },
            { key: 'doubled', text: t('loss.doubled'), align: 'right' },
          ]}
          rows={preview.sinks.map((sink) => ({
            key: sink.name,
            cells: [
              <span key="n" className="font-mono text-second">
                {sink.name}
              </span>,
              <span key="h" className="text-text-2" title={deliveryWhy(sink, { t, said })}>
                {t(`sink.how.${sink.guarantee}`)}
              </span>,
              <FigureValue key="l" kind="lost" figure={sink.lost} />,
              <FigureValue key="r" kind="readAgain" figure={sink.readAgain} />,
              <FigureValue key="d" kind="doubled" figure={sink.doubled} />,
            ],
          }))}
        />
      </div>
    </div>
  );
}

const FATES = ['kept', 'rescaled', 'new', 'changed', 'dropped', 'incompatible'] as const;
const FATE_HUE = { kept: 'ok', rescaled: 'accent', new: 'draft', changed: 'warn', dropped: 'bad', incompatible: 'bad' } as const;

function Operators({ preview }: { preview: StartPreview }) {
  const { t, f, said } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <section>
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-ctl font-semibold">{t('start.state')}</h2>
        {FATES.map((fate) => {
          const n = preview.operators.filter((one) => one.fate === fate).length;
          return n === 0 && fate !== 'dropped' ? null : (
            <Tag key={fate} hue={n === 0 ? 'off' : FATE_HUE[fate]}>
              {t(`start.fate.${fate}`, { n })}
            </Tag>
          );
        })}
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="link ml-auto text-ctl">
          {open ? t('start.hideOperators') : t('start.operators')}
        </button>
      </div>
      {open ? (
        <div className="mt-2 overflow-hidden rounded-card border border-line-1">
          <PlainTable
            label={t('start.state')}
            head={[
              { key: 'operator', text: t('start.operator') },
              { key: 'fate', text: t('start.fate') },
              { key: 'size', text: t('start.state'), align: 'right' },
            ]}
            rows={preview.operators.map((one) => ({
              key: one.uid,
              cells: [
                <span key="d" title={one.uid}>
                  {one.description}
                </span>,
                <span key="f" className="text-text-2">
                  {one.note ? said(one.said, one.note) : t('start.fate.kept', { n: 1 })}
                </span>,
                f.bytes(one.stateBytes),
              ],
            }))}
          />
        </div>
      ) : null}
    </section>
  );
}

/** The keys that a Flink cluster is given with the job. */
function Settings({ preview }: { preview: StartPreview }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <section>
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-ctl font-semibold">{t('start.settings')}</h2>
        <span className="text-hint text-text-3">{t('start.settingsCount', { n: preview.settings.length })}</span>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="link ml-auto text-ctl">
          {open ? t('start.hideSettings') : t('start.showSettings')}
        </button>
      </div>
      {open ? (
        <div className="mt-2 overflow-hidden rounded-card border border-line-1">
          <PlainTable
            label={t('start.settings')}
            head={[
              { key: 'key', text: t('start.settingKey') },
              { key: 'value', text: t('start.settingValue') },
              { key: 'from', text: t('start.settingFrom') },
            ]}
            rows={preview.settings.map((one) => ({
              key: one.key,
              cells: [
                <code key="k" className="break-all font-mono text-second">
                  {one.key}
                </code>,
                <code key="v" className="break-all font-mono text-second">
                  {one.value}
                </code>,
                <span key="f" className="text-text-2">
                  {t(`start.settingFrom.${one.from}`)}
                </span>,
              ],
            }))}
          />
        </div>
      ) : null}
    </section>
  );
}

export function PreviewLoading({ quiet = false }: { quiet?: boolean }) {
  const { t } = useI18n();
  return (
    <div className="flex flex-col gap-4" aria-busy="true">
      {quiet ? null : (
        <Notice kind="off" live>
          {t('start.checking')}
        </Notice>
      )}
      <Skeleton height={86} />
      <Skeleton height={140} />
      <Skeleton height={140} />
    </div>
  );
}
