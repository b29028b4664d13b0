/** What the page gives to the job page: parts of other features. */
import type { ReactNode } from 'react';
import type { PlanGraph } from '../../server/contract/check.ts';
import type { Job } from '../../server/contract/job.ts';
import type { LedgerEntry, TasksAnswer } from '../../server/contract/runs.ts';

export interface JobPageParts {
  graph(graph: PlanGraph, tasks: TasksAnswer | undefined, parallelism: number): ReactNode;
  snapshots(job: Job): ReactNode;
  alarms(job: Job): ReactNode;
  permissions(job: Job): ReactNode;
  coach(ledger: readonly LedgerEntry[], onHide: () => void): ReactNode;
  /** Steps of the restart recipe that the job was made from. */
  recipe(job: Job): ReactNode;
  viewer(sql: string, label: string): ReactNode;
}
