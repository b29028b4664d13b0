'use client';
/** The graph itself: boxes placed by elk from left to right, drawn by xyflow. Arrow keys follow the edges; zoom by buttons. */
import '@xyflow/react/dist/base.css';
import {
  BaseEdge,
  type Edge,
  type EdgeProps,
  getBezierPath,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import ELK from 'elkjs/lib/elk.bundled.js';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { IconButton } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { type GraphNode, rounded } from './graph-model.ts';

const WIDTH = 226;
const HEIGHT = 82;
/** From here on the busiest subtask is worth a look. */
const SKEWED = 1.5;
type Box = Node<{ node: GraphNode; isChosen: boolean }, 'box'>;

interface Placed {
  at: ReadonlyMap<number, { x: number; y: number }>;
  height: number;
}

/** Places the boxes; needs only ids and edges, so that it runs again only when the shape changes. */
async function layout(pairs: readonly (readonly [number, readonly number[]])[]): Promise<Placed> {
  const elk = new ELK();
  const placed = await elk.layout({
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.spacing.nodeNode': '36',
      'elk.layered.spacing.nodeNodeBetweenLayers': '48',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
    },
    children: pairs.map(([id]) => ({ id: String(id), width: WIDTH, height: HEIGHT })),
    edges: pairs.flatMap(([id, next]) => next.map((to) => ({ id: `${id}-${to}`, sources: [String(id)], targets: [String(to)] }))),
  });
  const children = placed.children ?? [];
  return {
    at: new Map(children.map((child) => [Number(child.id), { x: child.x ?? 0, y: child.y ?? 0 }])),
    height: Math.max(HEIGHT, ...children.map((child) => (child.y ?? 0) + HEIGHT)),
  };
}

function drawnFrom(nodes: readonly GraphNode[], placed: Placed, chosen: number | null): { boxes: Box[]; edges: Edge[] } {
  return {
    boxes: nodes.map((node) => ({
      id: String(node.id),
      type: 'box',
      position: placed.at.get(node.id) ?? { x: 0, y: 0 },
      data: { node, isChosen: node.id === chosen },
      width: WIDTH,
      height: HEIGHT,
    })),
    edges: nodes.flatMap((node) =>
      node.next.map((to) => ({ id: `${node.id}-${to}`, source: String(node.id), target: String(to), type: 'line' })),
    ),
  };
}

function BoxView({ data: { node, isChosen } }: NodeProps<Box>) {
  const { t, f } = useI18n();
  const hot = node.pressure === 'HIGH' || node.pressure === 'LOW';
  return (
    <div
      style={{ width: WIDTH, height: HEIGHT }}
      className={cx(
        'flex flex-col rounded-ctl border bg-surface px-3 py-2 text-text-1',
        isChosen ? 'border-accent' : hot ? 'border-warn-mark' : 'border-line-2',
      )}
    >
      {node.isSource ? null : <Handle type="target" position={Position.Left} className="opacity-0" />}
      {node.isSink ? null : <Handle type="source" position={Position.Right} className="opacity-0" />}
      <div className="flex items-baseline gap-2">
        <span className="grow truncate text-second font-semibold">{node.title}</span>
        {node.skew !== null && node.skew >= SKEWED ? (
          <span className="num shrink-0 text-hint font-medium text-warn">{t('graph.skew', { n: node.skew.toFixed(1) })}</span>
        ) : null}
        {node.parallelism === null ? null : <span className="num text-hint text-text-3">×{node.parallelism}</span>}
      </div>
      <div className="truncate text-hint text-text-2" title={node.detail}>
        {!node.stateBytes ? node.detail : `${t('graph.state', { size: f.bytes(node.stateBytes) })} · ${node.detail}`}
      </div>
      {node.busy === null ? null : (
        <>
          <div className="mt-auto h-1 overflow-hidden rounded-full bg-line-1">
            <div
              className={cx('h-full rounded-full', hot ? 'bg-warn-mark' : 'bg-s1')}
              style={{ width: `${Math.min(100, node.busy * 100)}%` }}
            />
          </div>
          <div className="num mt-1 flex gap-2.5 text-hint text-text-2">
            <span>{t('graph.busy', { n: f.percent(node.busy) })}</span>
            <span className={hot ? 'font-medium text-warn' : ''}>{t('graph.pressure', { word: node.pressure ?? '--' })}</span>
            <span className="ml-auto font-semibold text-text-1">
              {node.rate === null ? f.count(node.recordsOut) : t('graph.perSecond', { n: f.count(rounded(node.rate)) })}
            </span>
          </div>
        </>
      )}
    </div>
  );
}

function Line({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition }: EdgeProps) {
  const [path] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  return <BaseEdge path={path} style={{ stroke: 'var(--line-ctl)', strokeWidth: 1.6 }} />;
}

const NODE_TYPES = { box: BoxView };
const EDGE_TYPES = { line: Line };

interface FlowProps {
  nodes: readonly GraphNode[];
  chosen: number | null;
  onChoose(id: number): void;
}

function Flow({ nodes, chosen, onChoose }: FlowProps) {
  const { t } = useI18n();
  const flow = useReactFlow();
  const [drawn, setDrawn] = useState<Placed | null>(null);
  const shape = JSON.stringify(nodes.map((node) => [node.id, node.next]));
  useEffect(() => {
    let live = true;
    const pairs = JSON.parse(shape) as [number, number[]][];
    void layout(pairs).then((result) => live && setDrawn(result));
    return () => {
      live = false;
    };
  }, [shape]);
  if (!drawn) return <div style={{ height: 220 }} />;
  const byId = new Map(nodes.map((node) => [String(node.id), node]));
  const { boxes, edges } = drawnFrom(nodes, drawn, chosen);
  const follow = (event: React.KeyboardEvent) => {
    const focused = (document.activeElement as HTMLElement | null)?.closest('.react-flow__node')?.getAttribute('data-id');
    if (focused && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      onChoose(Number(focused));
    }
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!focused || step === 0) return;
    const target = step > 0 ? byId.get(focused)?.next[0] : nodes.find((node) => node.next.includes(Number(focused)))?.id;
    if (target === undefined) return;
    event.preventDefault();
    document.querySelector<HTMLElement>(`.react-flow__node[data-id="${target}"]`)?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys move the focus between the nodes inside and choose one.
    <div className="relative" style={{ height: Math.min(520, Math.max(170, drawn.height + 90)) }} onKeyDown={follow}>
      <ReactFlow
        nodes={boxes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.06 }}
        minZoom={0.2}
        maxZoom={1.6}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        onNodeClick={(_event, node) => onChoose(Number(node.id))}
        zoomOnScroll={false}
        preventScrolling={false}
        aria-label={t('graph.label', { n: nodes.length })}
      />
      <div className="absolute bottom-2 left-2 flex rounded-ctl border border-line-1 bg-surface">
        <IconButton label={t('graph.zoomIn')} onClick={() => void flow.zoomIn()}>
          <Plus size={14} aria-hidden="true" />
        </IconButton>
        <IconButton label={t('graph.zoomOut')} onClick={() => void flow.zoomOut()}>
          <Minus size={14} aria-hidden="true" />
        </IconButton>
        <IconButton label={t('graph.fit')} onClick={() => void flow.fitView({ maxZoom: 1 })}>
          <Maximize size={14} aria-hidden="true" />
        </IconButton>
      </div>
    </div>
  );
}

export function LayeredGraph(props: FlowProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}
