'use client';
/** What the plan says of one operator: where its rows come from and how, keys, state, changelog and columns. */
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { PlanGraph } from '../../server/contract/check.ts';
import { useI18n } from '../i18n/provider.tsx';
import { IconButton } from '../ui/button.tsx';
import { Facts } from '../ui/surface.tsx';
import { inputsOf } from './graph-model.ts';

export function OperatorDetails({
  graph,
  id,
  parallelism,
  onClose,
}: {
  graph: PlanGraph;
  id: number;
  parallelism: number | null;
  onClose(): void;
}) {
  const { t, f } = useI18n();
  const section = useRef<HTMLElement>(null);
  const node = graph.nodes.find((one) => one.id === id);
  useEffect(() => {
    if (id > 0) section.current?.scrollIntoView({ block: 'nearest' });
  }, [id]);
  if (!node) return null;
  const inputs = inputsOf(graph, id).map(({ title, strategy }) => `${title} (${strategy})`);
  const state = node.isStateful
    ? node.stateTtlMs > 0
      ? t('graph.stateFor', { time: f.spanWords(node.stateTtlMs) })
      : t('graph.stateForEver')
    : t('graph.stateNone');
  return (
    <section
      ref={section}
      aria-label={t('graph.detailsOf', { name: node.title })}
      aria-live="polite"
      className="border-t border-line-1 p-4"
    >
      <div className="mb-3 flex items-center gap-2">
        <h3 className="min-w-0 grow truncate text-ctl font-semibold">{node.title}</h3>
        <IconButton label={t('common.close')} onClick={onClose}>
          <X size={15} aria-hidden="true" />
        </IconButton>
      </div>
      <Facts
        columns={2}
        items={[
          { label: t('graph.operator'), value: node.description || node.kind },
          { label: t('graph.inputs'), value: inputs.join(', ') || '--' },
          { label: t('task.parallel'), value: f.full(node.parallelism ?? parallelism) },
          { label: t('graph.keyColumns'), value: node.keys.join(', ') || '--', mono: node.keys.length > 0 },
          { label: t('graph.stateWord'), value: state },
          { label: t('graph.changes'), value: node.changelog, mono: true },
          { label: 'uid', value: <span className="break-all">{node.uid}</span>, mono: true },
          {
            label: t('graph.columns'),
            value: node.columns.map((column) => (
              <span key={column.name} className="block break-all">
                {column.name} <span className="text-text-3">{column.type}</span>
              </span>
            )),
            mono: true,
          },
        ]}
      />
    </section>
  );
}
