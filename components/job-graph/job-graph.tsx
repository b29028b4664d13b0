'use client';
/** Execution plan: the graph (loaded lazily, where there is room) and its list twin. */
import { List, Network } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import type { PlanGraph } from '../../server/contract/check.ts';
import type { TasksAnswer } from '../../server/contract/runs.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { useMedia } from '../ui/media.ts';
import { type GraphNode, graphNodes, rounded } from './graph-model.ts';
import { OperatorDetails } from './operator-details.tsx';

const LayeredGraph = dynamic(() => import('./layered.tsx').then((module) => module.LayeredGraph), {
  ssr: false,
  loading: () => <div style={{ height: 220 }} />,
});

export function JobGraph({
  graph,
  tasks,
  parallelism = null,
}: {
  graph: PlanGraph;
  tasks?: TasksAnswer | undefined;
  /** Of the job: what operators have that nothing forces to another. */
  parallelism?: number | null;
}) {
  const { t } = useI18n();
  const narrow = useMedia('(max-width: 879px)');
  const [list, setList] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  const nodes = graphNodes(graph, tasks, parallelism);
  const asList = list || narrow;
  return (
    <div className="relative">
      {narrow ? null : (
        // Over the free corner of the graph; the table needs a line of its own.
        <div className={asList ? 'flex justify-end px-3 pb-2' : 'absolute top-0 right-3 z-10'}>
          <Button
            look="quiet"
            size="sm"
            icon={asList ? <Network size={14} aria-hidden="true" /> : <List size={14} aria-hidden="true" />}
            onClick={() => setList(!list)}
          >
            {asList ? t('graph.picture') : t('graph.list')}
          </Button>
        </div>
      )}
      {asList ? <GraphList nodes={nodes} onChoose={setChosen} /> : <LayeredGraph nodes={nodes} chosen={chosen} onChoose={setChosen} />}
      {chosen === null ? (
        <p className="px-4 pb-3 text-hint text-text-3">{t('graph.choose')}</p>
      ) : (
        <OperatorDetails graph={graph} id={chosen} parallelism={parallelism} onClose={() => setChosen(null)} />
      )}
    </div>
  );
}

function GraphList({ nodes, onChoose }: { nodes: readonly GraphNode[]; onChoose(id: number): void }) {
  const { t, f } = useI18n();
  const title = (id: number) => nodes.find((node) => node.id === id)?.title ?? String(id);
  return (
    <PlainTable
      label={t('job.tab.plan')}
      head={[
        { key: 'operator', text: t('graph.operator') },
        { key: 'parallel', text: t('task.parallel'), align: 'right' },
        { key: 'rate', text: t('graph.rate'), align: 'right' },
        { key: 'records', text: t('common.records'), align: 'right' },
        { key: 'busy', text: t('task.busy'), align: 'right' },
        { key: 'pressure', text: t('task.pressure') },
        { key: 'skew', text: t('task.skew'), align: 'right' },
        { key: 'next', text: t('graph.next') },
      ]}
      rows={nodes.map((node) => ({
        key: String(node.id),
        cells: [
          <span key="o" className="block py-1.5">
            <button type="button" className="link font-semibold" onClick={() => onChoose(node.id)}>
              {node.title}
            </button>
            <span className="block max-w-[min(420px,56vw)] truncate text-second text-text-3" title={node.detail}>
              {node.detail}
            </span>
          </span>,
          f.full(node.parallelism),
          node.rate === null ? '--' : f.count(rounded(node.rate)),
          f.count(node.recordsOut),
          f.percent(node.busy),
          node.pressure ?? '--',
          node.skew === null ? '--' : `${node.skew.toFixed(1)}×`,
          node.next.map(title).join(', ') || '--',
        ],
      }))}
    />
  );
}
