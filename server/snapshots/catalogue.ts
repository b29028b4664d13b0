/** Rows of the catalogue, and which of them a start may take. */
import type { Prisma } from '../db/open-database.ts';

export type SnapshotRow = Prisma.SnapshotGetPayload<Record<string, never>>;

/** Not deleted, and not known to be damaged. */
export const USABLE = {
  deletedAt: null,
  purgedAt: null,
  OR: [{ provenGood: null }, { provenGood: true }],
} satisfies Prisma.SnapshotWhereInput;
