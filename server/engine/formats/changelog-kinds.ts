/** The two changelog modes formats have: rows only, or all four change kinds. */
import type { ChangelogMode } from '../planner/physical-plan.ts';

export const INSERT_ONLY: ChangelogMode = { insert: true, updateBefore: false, updateAfter: false, delete: false };
export const ALL_CHANGES: ChangelogMode = { insert: true, updateBefore: true, updateAfter: true, delete: true };
