'use client';
/** All operators of a plan, a row each: parallelism, where rows come from and how they are parted, keys, state, changelog. */
import type { PlanGraph } from '../../server/contract/check.ts';
import { useI18n } from '../i18n/provider.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { inputsOf } from './graph-model.ts';

export function OperatorTable({ graph, parallelism }: { graph: PlanGraph; parallelism: number | null }) {
  const { t, f } = useI18n();
  const state = (node: PlanGraph['nodes'][number]) =>
    !node.isStateful
      ? t('graph.stateNone')
      : node.stateTtlMs > 0
        ? t('graph.stateFor', { time: f.spanWords(node.stateTtlMs) })
        : t('graph.stateForEver');
  return (
    <div className="mt-4 overflow-hidden rounded-card border border-line-1">
      <PlainTable
        label={t('edit.staticGraph')}
        minWidth={860}
        head={[
          { key: 'operator', text: t('graph.operator') },
          { key: 'parallel', text: t('task.parallel'), align: 'right' },
          { key: 'inputs', text: t('graph.inputs') },
          { key: 'keys', text: t('graph.keyColumns') },
          { key: 'state', text: t('graph.stateWord') },
          { key: 'changes', text: t('graph.changes') },
        ]}
        rows={graph.nodes.map((node) => ({
          key: String(node.id),
          cells: [
            <span key="o" className="font-semibold" title={node.description}>
              {node.title}
            </span>,
            f.full(node.parallelism ?? parallelism),
            inputsOf(graph, node.id)
              .map(({ title, strategy }) => `${title} (${strategy})`)
              .join(', ') || '--',
            <span key="k" className="font-mono text-second">
              {node.keys.join(', ') || '--'}
            </span>,
            state(node),
            <span key="c" className="font-mono text-second">
              {node.changelog}
            </span>,
          ],
        }))}
      />
    </div>
  );
}
