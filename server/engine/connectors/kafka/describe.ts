/** Static facts of `kafka` and `upsert-kafka` tables. Rules: Flink's KafkaDynamicTableFactory and UpsertKafkaDynamicTableFactory. */
import { nearestName } from '../../formats/option-rules.ts';
import type { ChangelogMode, PlanTable, SinkDelivery } from '../../planner/physical-plan.ts';
import { LENGTH_MAX, type SqlType } from '../../types/sql-type.ts';
import type { MetadataColumn, OptionProblem, TableFacts } from '../contract.ts';
import { type KafkaTable, type KafkaTableCheck, keySchemaOf, readKafkaTable } from './table-options.ts';

const UPSERTS: ChangelogMode = { insert: true, updateBefore: false, updateAfter: true, delete: true };
const TEXT: SqlType = { kind: 'VARCHAR', length: LENGTH_MAX, nullable: false };
const BYTES: SqlType = { kind: 'VARBINARY', length: LENGTH_MAX, nullable: true };

export const KAFKA_METADATA: readonly MetadataColumn[] = [
  { key: 'topic', type: TEXT, isWritable: false },
  { key: 'partition', type: { kind: 'INT', nullable: false }, isWritable: false },
  { key: 'headers', type: { kind: 'MAP', key: TEXT, value: BYTES, nullable: false }, isWritable: true },
  { key: 'leader-epoch', type: { kind: 'INT', nullable: true }, isWritable: false },
  { key: 'offset', type: { kind: 'BIGINT', nullable: false }, isWritable: false },
  { key: 'timestamp', type: { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false }, isWritable: true },
  { key: 'timestamp-type', type: TEXT, isWritable: false },
];

export function describeKafka(plan: PlanTable): TableFacts {
  const read = readKafkaTable(plan);
  const { table, check } = read;
  const format = check.format;
  const formatMetadata = (format?.metadata ?? []).map(({ key, type }) => ({ key: `value.${key}`, type, isWritable: false }));
  return {
    problems: [...read.problems, ...topicProblems(table), ...keyProblems(plan, table), ...roleProblems(plan, read)],
    warnings: read.warnings,
    sourceChangelog: table.isUpsert ? UPSERTS : (format?.changelog ?? null),
    sinkChangelog: table.topics.length !== 1 ? null : table.isUpsert ? UPSERTS : (format?.changelog ?? null),
    isBounded: table.bounded.kind !== 'unbounded',
    hasSplitWatermarks: true,
    metadata: [...KAFKA_METADATA, ...formatMetadata],
    delivery: deliveryOf(plan, table),
    summary: `Kafka · ${table.topicPattern === null ? `topic ${table.topics.join(', ')}` : `topics ${table.topicPattern}`}`,
  };
}

function deliveryOf(plan: PlanTable, table: KafkaTable): SinkDelivery {
  if (table.guarantee === 'none') {
    return {
      guarantee: 'none',
      why: `Table ${plan.name} has 'sink.delivery-guarantee' = 'none': records under way in a crash may be lost.`,
    };
  }
  if (table.isUpsert) return { guarantee: 'idempotent', why: '' };
  return {
    guarantee: 'at-least-once',
    why: `Records that table ${plan.name} wrote since the last checkpoint are written again after a restart.`,
  };
}

function topicProblems(table: KafkaTable): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const { topics, topicPattern } = table;
  if (topics.length === 0 && topicPattern === null) {
    const or = table.isUpsert ? '' : " or 'topic-pattern' = '…' (sources)";
    problems.push({ option: null, message: `Option 'topic' is missing. Add 'topic' = '…'${or}.` });
  }
  if (topics.length > 0 && topicPattern !== null)
    problems.push({ option: 'topic-pattern', message: "Set either 'topic' or 'topic-pattern', not both." });
  if (topicPattern !== null && regularExpression(topicPattern) === null) {
    problems.push({ option: 'topic-pattern', message: `Option 'topic-pattern' must be a regular expression, '${topicPattern}' is none.` });
  }
  for (const topic of topics) {
    if (!/^[A-Za-z0-9._-]{1,249}$/.test(topic) || topic === '.' || topic === '..') {
      problems.push({ option: 'topic', message: `'${topic}' is no name of a Kafka topic: letters, digits, '.', '_' and '-' are allowed.` });
    }
  }
  if (table.isUpsert && topics.length > 1) problems.push({ option: 'topic', message: "Connector 'upsert-kafka' works with one topic." });
  return problems;
}

/** The whole name must match, as in Java. */
export function regularExpression(pattern: string): RegExp | null {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return null;
  }
}

function keyProblems(plan: PlanTable, table: KafkaTable): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const columns = plan.physical.map((field) => field.name);
  const tell = (option: string | null, message: string): void => void problems.push({ option, message });
  if (table.isUpsert) {
    if (plan.primaryKey.length === 0)
      tell(null, "Connector 'upsert-kafka' needs a PRIMARY KEY … NOT ENFORCED; it becomes the record's key.");
    if (!('key.format' in plan.options))
      tell(null, "Option 'key.format' of connector 'upsert-kafka' is missing. Add 'key.format' = 'json'.");
  } else if (table.key !== null && table.keyColumns.length === 0) {
    tell('key.format', "Option 'key.format' needs 'key.fields' = 'column;…' that says which columns the key holds.");
  } else if (!('key.format' in plan.options) && table.keyColumns.length > 0) {
    tell('key.fields', "Option 'key.fields' needs 'key.format'.");
  }
  for (const name of table.isUpsert ? [] : table.keyColumns) {
    if (columns.includes(name)) continue;
    const near = nearestName(name, columns);
    tell(
      'key.fields',
      `Option 'key.fields' names '${name}', which is no physical column.${near === null ? '' : ` Did you mean '${near}'?`}`,
    );
  }
  if (table.keyPrefix !== '') {
    if (table.valueColumns.length === plan.physical.length) {
      tell('key.fields-prefix', "Option 'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY'.");
    }
    const other = table.keyColumns.find((name) => !name.startsWith(table.keyPrefix));
    if (other !== undefined) tell('key.fields-prefix', `All key columns must begin with '${table.keyPrefix}', '${other}' does not.`);
  }
  if (table.key !== null && table.keyColumns.every((name) => columns.includes(name)) && table.keyColumns.length > 0) {
    const facts = table.key.format.describe(table.key.options, keySchemaOf(plan, table));
    problems.push(...facts.problems);
    if (facts.changelog.delete)
      tell('key.format', `Format '${table.key.format.name}' carries changes; a key needs one of rows only, such as json.`);
  }
  if (table.valueColumns.length === 0 && columns.length > 0) tell('value.fields-include', 'At least one column must be in the value.');
  return problems;
}

function roleProblems(plan: PlanTable, { table, check }: KafkaTableCheck): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const carriesChanges = check.format?.changelog.delete === true;
  if (table.isUpsert && carriesChanges && table.value !== null) {
    problems.push({
      option: 'value.format',
      message: `Format '${table.value.format.name}' carries changes itself; 'upsert-kafka' needs a format of rows, such as json.`,
    });
  }
  if (!table.isUpsert && plan.primaryKey.length > 0 && !carriesChanges && table.value !== null) {
    problems.push({
      option: null,
      message: `Table ${plan.name}: format '${table.value.format.name}' of connector 'kafka' cannot keep a PRIMARY KEY; use connector 'upsert-kafka' or a change format.`,
    });
  }
  if (table.guarantee === 'exactly-once') {
    problems.push({
      option: 'sink.delivery-guarantee' in plan.options ? 'sink.delivery-guarantee' : 'sink.semantic',
      message:
        "Exactly-once writing to Kafka (transactions) is not there yet; use 'at-least-once', or connector 'upsert-kafka', whose repeated writes change nothing.",
    });
  }
  return problems;
}
