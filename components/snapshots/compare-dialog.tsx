'use client';
/** Compare: facts of two snapshots, their operators and positions, and the change from the older to the newer. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Snapshot, SnapshotDetail } from '../../server/contract/snapshot.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Skeleton } from '../ui/surface.tsx';
import { compareOperators, comparePositions } from './compare-snapshots.ts';

const useDetail = (snapshot: Snapshot) =>
  useQuery({
    ...routeQuery('getSnapshot', [...keys.snapshots, snapshot.id], { params: { id: snapshot.id } }),
    placeholderData: () => undefined,
  });

export function CompareDialog({ left, right, onClose }: { left: Snapshot; right: Snapshot; onClose(): void }) {
  const { t } = useI18n();
  const before = useDetail(left);
  const after = useDetail(right);
  const error = before.error ?? after.error;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('store.compareTitle')}
      subtitle={
        <span className="font-mono text-second">
          {left.name} → {right.name}
        </span>
      }
      closeLabel={t('common.close')}
      width={980}
    >
      <div className="flex flex-col gap-4">
        {error ? (
          <ErrorNotice
            error={error}
            onRetry={() => {
              void before.refetch();
              void after.refetch();
            }}
          />
        ) : null}
        <FactsTable left={left} right={right} />
        {before.data && after.data ? (
          <>
            <OperatorTable left={before.data} right={after.data} />
            <PositionTable left={before.data} right={after.data} />
          </>
        ) : error ? null : (
          <Skeleton height={220} />
        )}
      </div>
    </Dialog>
  );
}

function useHead(left: Pick<Snapshot, 'name'>, right: Pick<Snapshot, 'name'>, first: string) {
  const { t } = useI18n();
  return [
    { key: 'what', text: first },
    { key: 'left', text: left.name, align: 'right' as const, width: 200 },
    { key: 'right', text: right.name, align: 'right' as const, width: 200 },
    { key: 'change', text: t('store.change'), align: 'right' as const, width: 140 },
  ];
}

const signed = (n: number, write: (n: number) => string): string => (n === 0 ? '0' : `${n > 0 ? '+' : '−'}${write(Math.abs(n))}`);

function Box({ children }: { children: ReactNode }) {
  return <div className="overflow-hidden rounded-card border border-line-1">{children}</div>;
}

function FactsTable({ left, right }: { left: Snapshot; right: Snapshot }) {
  const { t, f } = useI18n();
  const head = useHead(left, right, t('store.compareTitle'));
  const same = t('store.same');
  const plain = (key: string, label: string, a: string, b: string) => ({ key, cells: [label, a, b, a === b ? same : ''] });
  return (
    <Box>
      <PlainTable
        label={t('store.compareTitle')}
        minWidth={640}
        head={head}
        rows={[
          plain('job', t('snap.job'), left.jobName, right.jobName),
          plain('origin', t('snap.origin'), t(`origin.${left.origin}`), t(`origin.${right.origin}`)),
          {
            key: 'made',
            cells: [t('snap.made'), f.exact(left.createdAt), f.exact(right.createdAt), f.span(right.createdAt - left.createdAt)],
          },
          plain('version', t('snap.version'), f.full(left.jobVersion), f.full(right.jobVersion)),
          plain('parallel', t('task.parallel'), f.full(left.parallelism), f.full(right.parallelism)),
          {
            key: 'size',
            cells: [
              t('snap.size'),
              f.bytes(left.sizeBytes),
              f.bytes(right.sizeBytes),
              signed(right.sizeBytes - left.sizeBytes, (n) => f.bytes(n)),
            ],
          },
        ]}
      />
    </Box>
  );
}

function OperatorTable({ left, right }: { left: SnapshotDetail; right: SnapshotDetail }) {
  const { t, f } = useI18n();
  const head = useHead(left, right, t('store.operator'));
  const held = (side: { records: number | null; bytes: number | null } | null) =>
    side === null ? '--' : side.records === null ? '' : `${f.count(side.records)} · ${f.bytes(side.bytes)}`;
  return (
    <Box>
      <PlainTable
        label={t('store.operator')}
        minWidth={640}
        head={head}
        rows={compareOperators(left.operators, right.operators).map((one) => ({
          key: one.uid,
          cells: [
            <span key="d" title={one.uid}>
              {one.description}
            </span>,
            held(one.left),
            held(one.right),
            one.left === null || one.right === null
              ? t('store.only')
              : one.left.records === null || one.right.records === null
                ? ''
                : signed(one.right.records - one.left.records, (n) => f.count(n)),
          ],
        }))}
      />
    </Box>
  );
}

function PositionTable({ left, right }: { left: SnapshotDetail; right: SnapshotDetail }) {
  const { t, f } = useI18n();
  const head = useHead(left, right, t('snap.positions'));
  return (
    <Box>
      <PlainTable
        label={t('snap.positions')}
        minWidth={640}
        head={head}
        rows={comparePositions(left.positions, right.positions).map((one) => ({
          key: one.key,
          cells: [
            <span key="s" className="font-mono text-second">
              {one.source} {one.split}
            </span>,
            one.left ?? '--',
            one.right ?? '--',
            one.left === null || one.right === null ? t('store.only') : one.change === null ? '' : signed(one.change, (n) => f.full(n)),
          ],
        }))}
      />
    </Box>
  );
}
