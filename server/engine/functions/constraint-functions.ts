/** What a plan calls where a row breaks a constraint of its sink. Not for scripts: the name is no identifier. */
import { DataError, type ScalarFunction } from './contract.ts';

/** `IS NOT NULL(column) OR $NULL_REFUSED()`; options: column, table. Fails the job, as Flink's ConstraintEnforcer does. */
export const NULL_REFUSED = '$NULL_REFUSED';

export const CONSTRAINT_FUNCTIONS: readonly ScalarFunction[] = [
  {
    name: NULL_REFUSED,
    isDeterministic: false,
    isStrict: false,
    signature: `${NULL_REFUSED}()`,
    bind: () => ({ argumentTypes: [], type: { kind: 'BOOLEAN', nullable: false } }),
    evaluate(_args, call) {
      const { column, table } = call.options;
      throw new DataError(
        `Column '${String(column)}' of '${String(table)}' is NOT NULL, but a row holds NULL there. SET 'table.exec.sink.not-null-enforcer' = 'DROP' leaves such rows out.`,
      );
    },
  },
];
