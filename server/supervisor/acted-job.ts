/** A job as the acts on it see it: what this process knows beside the database, and where the events of a run come in. */
import type { EngineRun, RunListener } from '../engines/contract.ts';
import type { SupervisorContext } from './context.ts';
import type { RunRow } from './job-facts.ts';
import type { LineView, OrderView } from './job-view.ts';
import type { Answers, LiveRun } from './live-run.ts';

/** An order given to the engine for an operation. */
export interface GivenOrder {
  readonly operationId: string;
  readonly requestId: string;
  readonly state: OrderView;
}

export interface ActedJob extends Answers {
  readonly jobId: number;
  readonly context: SupervisorContext;
  claimed: { operationId: string; fencingToken: number } | null;
  order: GivenOrder | null;
  readonly live: LiveRun | null;
  line: LineView;
  /** The run that is begun or looked for now; its events come to the listener. */
  expect(run: RunRow): { readonly live: LiveRun; readonly listener: RunListener };
  attach(engineRun: EngineRun): void;
}
