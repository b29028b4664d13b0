/**
 * A run that its Flink cluster no longer knows: lost with a JobManager, or ended and then forgotten? To begin a finished one again would write its
 * results twice. A job that finishes by itself has its checkpoints deleted by Flink (RETAIN_ON_CANCELLATION), oldest first, so one that is left, or the
 * savepoint of a stop, proves that it did not (or is the last one, from which a run ends at once); so does a source that never ends.
 * Savepoints made on the way prove nothing: they stay.
 */
import { MANIFEST_NAME } from '../engine/checkpoint/manifest.ts';
import { objectIn } from '../engine/checkpoint/snapshot-folder.ts';
import type { JobFailure } from '../engine/runtime/wire.ts';
import { parseScript } from '../engine/sql/parse-script.ts';
import { isPinnedCopy } from '../snapshots/flink/pin-copy.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { fillInJob } from '../variables/fill-in.ts';
import { variablesOfRun } from '../variables/read-variables.ts';
import { optionsOf } from './build-run-spec.ts';
import type { SupervisorContext } from './context.ts';
import type { RunRow } from './job-facts.ts';
import { rebuildCatalogue } from './rebuild-catalogue.ts';
import { END_UNKNOWN } from './restart-policy.ts';

const LOOKED_AT = 50;

/** Null: the run is proven not to have finished, or is not Flink's. Throws StoreError when the store does not answer. */
export async function judgeForgotten(context: SupervisorContext, run: RunRow): Promise<JobFailure | null> {
  if (run.engine !== 'flink' || (await hasLeft(context, run)) || (await neverEnds(context, run))) return null;
  return {
    message: `The Flink cluster no longer knows run ${run.number}, and no checkpoint of it is left: it may have read all its input and finished.`,
    causeKey: END_UNKNOWN,
    operatorUid: null,
    isRetryable: false,
    domain: 'external',
    stack: null,
  };
}

async function hasLeft(context: SupervisorContext, run: RunRow): Promise<boolean> {
  const { database, store } = context;
  // The newest may not have been reported, and those that were may be deleted since.
  await rebuildCatalogue(context, await database.job.findUniqueOrThrow({ where: { id: run.jobId } }), run.jobVersion);
  const rows = await database.snapshot.findMany({
    where: { jobId: run.jobId, runNumber: run.number, purgedAt: null, origin: { in: ['checkpoint', 'stop', 'drain'] } },
    orderBy: [{ createdAt: 'desc' }, { checkpointId: 'desc' }],
    take: LOOKED_AT,
  });
  // The console's copy of a pinned one stays whatever Flink does.
  const ofFlink = rows.filter((row) => !isPinnedCopy(row.path));
  for (const { path } of ofFlink) if ((await store.head(objectIn(folderAt(store, path), MANIFEST_NAME))) !== null) return true;
  return false;
}

/** Options that give a table's rows an end, in the table itself, in a hint, or taken over by LIKE. */
const WITH_END: Readonly<Record<string, RegExp>> = {
  kafka: /scan\.bounded/i,
  'upsert-kafka': /scan\.bounded/i,
  datagen: /number-of-rows|sequence/i,
};

/** Flink itself has told which tables are read: `Source: orders[1] -> Calc[2]`, `Source: KafkaSource-default_catalog.default_database.orders -> …`. */
const SOURCE = /Source: (?:\w+-)?(?:\w+\.)*(\w+)(?:\[\d+\])?(?=\W|$)/g;

async function neverEnds({ database }: SupervisorContext, run: RunRow): Promise<boolean> {
  const { graphJson } = await database.run.findUniqueOrThrow({ where: { id: run.id }, select: { graphJson: true } });
  const read = new Set([...(graphJson ?? '').matchAll(SOURCE)].map(([, name]) => name as string));
  if (read.size === 0) return false;
  const version = await database.jobVersion.findUniqueOrThrow({
    where: { jobId_number: { jobId: run.jobId, number: run.jobVersion } },
  });
  const filled = fillInJob(version.sql, optionsOf(version), variablesOfRun(run));
  if (filled.kind === 'refused') return false;
  return parseScript(filled.sql).statements.some((statement) => {
    if (statement.kind !== 'createTable' || !read.has(statement.name.parts.at(-1)?.name ?? '')) return false;
    const end = WITH_END[statement.options.find(({ key }) => key === 'connector')?.value ?? ''];
    return end !== undefined && !end.test(filled.sql);
  });
}
