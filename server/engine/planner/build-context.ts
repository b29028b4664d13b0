/** What the builders of physical operators share. */
import type { Logical } from './logical-plan.ts';
import type { DraftPlan } from './physical-draft.ts';
import type { ScanSettings } from './scan-draft.ts';

export interface BuildContext {
  readonly plan: DraftPlan;
  readonly scan: ScanSettings;
  /** Builds a logical node; returns the draft's id. */
  build(node: Logical): number;
}
