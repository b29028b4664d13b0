/** Which watermarks an operator above needs. A watermark that nobody waits for is left out of the plan. */
import { visitExpression } from './expression-rewrite.ts';
import type { Draft, DraftPlan } from './physical-draft.ts';

const WAITING = new Set([
  'windowAggregate',
  'windowTableFunction',
  'windowJoin',
  'intervalJoin',
  'windowRank',
  'windowDeduplicate',
  'temporalSort',
]);

/** Digests of the scans whose watermark is needed. `scanDigests`: by the source's table as JSON. */
export function neededWatermarks(plan: DraftPlan, sinks: readonly number[], scanDigests: ReadonlyMap<string, string>): ReadonlySet<string> {
  const needed = new Set<string>();
  const seen = new Map<number, boolean>();
  const visit = (id: number, isWaited: boolean): void => {
    const draft = plan.get(id);
    const isNeeded = isWaited || waits(draft);
    if (seen.get(id) === true || (seen.has(id) && !isNeeded)) return;
    seen.set(id, isNeeded);
    if (draft.payload.kind === 'source' && isNeeded) {
      const digest = scanDigests.get(JSON.stringify(draft.payload.table));
      if (digest !== undefined) needed.add(digest);
    }
    for (const input of draft.inputs) visit(input, isNeeded);
  };
  for (const sink of sinks) visit(sink, false);
  return needed;
}

function waits(draft: Draft): boolean {
  const { payload } = draft;
  if (payload.kind === 'sink') return payload.table.options['sink.partition-commit.trigger'] === 'partition-time';
  if (payload.kind === 'calc') {
    let asks = false;
    for (const expression of [...payload.projection, ...(payload.condition ? [payload.condition] : [])]) {
      visitExpression(expression, (part) => {
        if (part.kind === 'call' && part.function === 'CURRENT_WATERMARK') asks = true;
      });
    }
    return asks;
  }
  return WAITING.has(payload.kind) && !('domain' in payload && payload.domain === 'proctime');
}
