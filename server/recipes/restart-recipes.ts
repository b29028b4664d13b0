/** The restart recipes: SQL that makes its own orders and writes each to a file once, options, and the order of the steps. */
import type { JobOptionsPatch } from '../contract/job-options.ts';
import type { RecipeKey, RecipeStep } from '../contract/recipes.ts';

export interface Recipe {
  readonly key: RecipeKey;
  readonly name: string;
  readonly description: string;
  readonly sql: string;
  readonly options: JobOptionsPatch;
  readonly steps: readonly RecipeStep[];
}

/** Column of the files that numbers the orders from 1. */
export const NUMBER_COLUMN = 'order_id';
/** Folder of the files below `recipes/` in the bucket; a job gets one of its own in its place. */
export const folderPath = (folder: string): string => `obs://tidemark/recipes/${folder}`;

const orders = (folder: string): string => `-- Numbered orders that the source makes itself: a gap or a repetition would show.
CREATE TABLE orders (
  order_id BIGINT,
  city_id INT,
  amount DOUBLE
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '20',
  'fields.order_id.kind' = 'sequence',
  'fields.order_id.start' = '1',
  'fields.order_id.end' = '1000000000',
  'fields.city_id.min' = '1',
  'fields.city_id.max' = '4',
  'fields.amount.min' = '1',
  'fields.amount.max' = '100'
);

-- Files become visible with the checkpoint that covers them, so each order is in one file, once.
CREATE TABLE orders_in_files (
  order_id BIGINT,
  city_id INT,
  amount DOUBLE
) WITH (
  'connector' = 'filesystem',
  'path' = '${folderPath(folder)}',
  'format' = 'json'
);
`;

const WITH_STATE = `
CREATE TABLE turnover_by_city (
  city_id INT,
  orders BIGINT,
  turnover DOUBLE
) WITH (
  'connector' = 'print'
);

EXECUTE STATEMENT SET
BEGIN
  INSERT INTO orders_in_files SELECT order_id, city_id, amount FROM orders;
  -- State: a restart must not begin these sums anew.
  INSERT INTO turnover_by_city SELECT city_id, COUNT(*), SUM(amount) FROM orders GROUP BY city_id;
END;
`;

const WITHOUT_STATE = `
INSERT INTO orders_in_files SELECT order_id, city_id, amount FROM orders;
`;

/** Short, so that nobody waits for a checkpoint. */
const OFTEN: JobOptionsPatch = { checkpointIntervalSeconds: 3 };

export const RESTART_RECIPES: readonly Recipe[] = [
  {
    key: 'fault-restart',
    name: 'Restart after a failure',
    description:
      'Checkpointing, Auto Restart and Restore Job from Checkpoint: the process is killed, and no order is missing or there twice.',
    sql: `${orders('fault-restart')}${WITH_STATE}`,
    options: { ...OFTEN, restartWhenException: true, resumeCheckpoint: true, resumeMaxNum: -1 },
    steps: ['start', 'checkpoint', 'break', 'restarted', 'prove'],
  },
  {
    key: 'planned-restart',
    name: 'Planned restart with a savepoint',
    description: 'A job with state is stopped with a savepoint and started from it.',
    sql: `${orders('planned-restart')}${WITH_STATE}`,
    options: OFTEN,
    steps: ['start', 'stop-savepoint', 'start-again', 'prove'],
  },
  {
    key: 'stateless-restart',
    name: 'Planned restart of a job without state',
    description: 'Stopped without a savepoint: its newest checkpoint holds the position, so nothing has to be set by hand.',
    sql: `${orders('stateless-restart')}${WITHOUT_STATE}`,
    options: OFTEN,
    steps: ['start', 'checkpoint', 'stop-without', 'start-again', 'prove'],
  },
  {
    key: 'import-checkpoint',
    name: 'Restore from an imported checkpoint',
    description:
      'Stopped without a savepoint; the newest checkpoint is imported as a savepoint from the bucket, and the job starts from it.',
    sql: `${orders('import-checkpoint')}${WITH_STATE}`,
    options: OFTEN,
    steps: ['start', 'checkpoint', 'stop-without', 'import', 'start-again', 'prove'],
  },
];

export const recipeOf = (key: RecipeKey): Recipe => RESTART_RECIPES.find((recipe) => recipe.key === key) as Recipe;
