'use client';
/** What a snapshot holds: positions of every source, operators with their state. */
import type { SnapshotDetail } from '../../server/contract/snapshot.ts';
import { useI18n } from '../i18n/provider.tsx';
import { PlainTable } from '../ui/data-table.tsx';

export function SnapshotTables({ positions, operators }: Pick<SnapshotDetail, 'positions' | 'operators'>) {
  const { t, f } = useI18n();
  return (
    <>
      <Box>
        <PlainTable
          label={t('snap.positions')}
          head={[
            { key: 'source', text: t('snap.source') },
            { key: 'split', text: t('snap.split') },
            { key: 'position', text: t('snap.position'), align: 'right' },
          ]}
          rows={positions.map((one) => ({
            key: `${one.operatorUid}-${one.split}`,
            cells: [
              <span key="s" className="font-mono text-second">
                {one.source}
              </span>,
              one.split,
              one.position,
            ],
          }))}
        />
      </Box>
      <Box>
        <PlainTable
          label={t('start.operator')}
          head={[
            { key: 'operator', text: t('start.operator') },
            { key: 'records', text: t('snap.records'), align: 'right' },
            { key: 'size', text: t('snap.size'), align: 'right' },
          ]}
          rows={operators.map((one) => ({
            key: one.uid,
            cells: [
              <span key="d" title={one.uid}>
                {one.description}
              </span>,
              f.count(one.stateRecords),
              f.bytes(one.stateBytes),
            ],
          }))}
        />
      </Box>
    </>
  );
}

function Box({ children }: { children: React.ReactNode }) {
  return <div className="overflow-hidden rounded-card border border-line-1">{children}</div>;
}
