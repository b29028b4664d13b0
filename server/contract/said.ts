/**
 * Sentences of the server that a console shows in the viewer's language. An answer carries the English text and, beside it, `said`: codes with
 * their values, in the order in which they are read. The templates here are the English ones; other languages translate them by code.
 *
 * `{name}` is a value; `{n:record|records}` picks the word by the value `n` and does not print it. Values that are texts (names, an
 * error of a broker) are shown as they are; a number whose name ends in `Ms` is a length of time.
 */
import { GUIDE_SAID } from './said-guide.ts';

export const SAID = {
  ...GUIDE_SAID,
  'said.start.fallback': '{names} cannot be used; {name} will be.',
  'said.start.discards': 'The job had state, and it would be discarded: windows and aggregates begin empty.',
  'said.start.givesUp': 'Starting empty gives up {n} {n:row|rows} of state, saved in {name}.',
  'said.start.noneLeft': 'The job had state, and no snapshot of it is left: windows and aggregates begin empty.',
  'said.start.between': 'Up to {n} {n:record|records} that follow {name} may never be read: the sources begin by their startup options.',
  'said.start.betweenUnknown':
    'How many records that follow {name} are never read is not known: the sources begin by their startup options.',
  'said.start.noAnswer': 'A source does not answer. {reasons}',
  'said.start.unreachable': '{reasons}',
  'said.start.nothingToLose': 'Nothing can be lost: the job has no state and no snapshot yet. But the start may fail.',
  'said.start.silent': 'Not known what would be lost: {reasons}',
  'said.start.unsure': 'Records that follow {name} are lost if the source no longer holds them.',
  'said.start.loses': 'This start would lose {n} {n:record|records}: the sources no longer hold them.',
  'said.start.noSnapshot': 'The job never finished a checkpoint. Its sources begin by their startup options.',
  'said.start.drops': 'The state of {n} {n:operator|operators} that the SQL no longer has would be dropped: {first}.',
  'said.start.ok': 'Nothing will be lost, nothing doubled.',
  'said.start.nothingLost': 'Nothing will be lost.',
  'said.start.again': '{n} {n:record is|records are} read again;',
  'said.start.againUnknown': 'An unknown number of records is read again;',
  'said.start.twiceNone': 'nothing is shown twice.',
  'said.start.twice': 'up to {n} are shown twice.',
  'said.start.twiceUnknown': 'how many are shown twice is not known.',
  'said.start.waits': '{n} {n:record waits|records wait} in the source.',
  'said.operator.dropped': 'The SQL no longer has this operator: its state is dropped, which must be allowed.',
  'said.operator.new': 'It is not in the snapshot and begins empty.',
  'said.operator.changed': 'New in its state, beginning empty: {fields}.',
  'said.operator.columns': 'New in its rows, NULL in those kept so far: {fields}.',
  'said.operator.forgets': 'No longer in its state: {fields}.',
  'said.operator.incompatible': '{reason}',
  'said.operator.flinkUnsure':
    'The SQL is not the one that made the snapshot: Flink finds this state again only if the operator keeps its place in the graph. If not, the start is refused unless dropping state is allowed.',
  'said.operator.rescaled': 'Distributed anew from {from} to {to} subtasks.',
  'said.import.none': "No snapshot here: {folder} holds no _metadata. Choose the folder that does (a chk-<number> or a savepoint's).",
  'said.import.damaged': 'The manifest at {folder} is damaged: {reason}. Import another snapshot.',
  'said.import.noManifest': 'There is no manifest to go by.',
  'said.import.flink':
    'This is a snapshot of Apache Flink (metadata format {version}). The embedded engine cannot restore it; run the job on a Flink queue to use it.',
  'said.import.madeHere': 'It was made by the embedded engine, and the queue of the job is Apache Flink, which cannot restore it.',
  'said.import.flinkFits':
    '{n} {n:operator has|operators have} state. Whether the job has them too, Flink says at the start: one that is missing stops it, unless dropping state is allowed.',
  'said.import.flinkOrigin': "It lies outside of this job's folders, and Flink's metadata does not name its job.",
  'said.import.flinkSourcesUnknown': 'Not compared: what the sources of the job hold is not known here.',
  'said.import.flinkRead':
    'Written by Apache Flink (metadata format {version}) and whole: {n} operators. Flink {oldest} and newer can restore it.',
  'said.import.flinkVersion': 'Written by Apache Flink in metadata format {version}; formats {oldest} to {newest} are known here.',
  'said.import.flinkPending':
    'Written by Apache Flink and whole. {n} {n:transaction waits|transactions wait} for the commit, first {first}: restore it before their timeout, or their records are lost.',
  'said.import.flinkDrained':
    'Written by Apache Flink and whole, but the job was drained: its windows have fired, and a restore goes on with wrong ones.',
  'said.import.flinkInFlight':
    'Written by Apache Flink and whole. It holds records that were under way between subtasks: restore it with the same graph of the job.',
  'said.import.flinkNotCompared': "Not compared: Flink's metadata names neither job nor SQL, and this engine cannot restore it.",
  'said.import.flinkElsewhere':
    '{n} {n:file lies|files lie} where this object store does not reach, first {first}. Only a Flink that reaches it can restore.',
  'said.import.flinkNotMovable':
    "All its files are there, some outside its folder: it cannot be moved or copied by itself, and is lost when its job's files are cleaned up.",
  'said.import.whole': 'The manifest is whole.',
  'said.import.files': 'All {n} {n:file is there, as long as it should be|files are there, each as long as it should be}.',
  'said.import.filesBad': '{problem} Import another snapshot.',
  'said.import.own': 'It was made by this job.',
  'said.import.foreign': 'It was made by job {name} ({id}), not by this one.',
  'said.import.noPlan': 'The SQL does not plan, so its sources are not known.',
  'said.import.noOperator': 'Version {version} has no operator for the state of {n}: {first}.',
  'said.import.freshOperators': '{n} {n:operator|operators} of version {version} begin empty: {first}.',
  'said.import.fits': 'It fits the SQL of version {version}.',
  'said.import.positionsUnknown': 'Not known: {reasons}',
  'said.import.positionsGone': 'The sources no longer hold {n} {n:record|records} behind its positions.',
  'said.import.positionsHeld': 'The sources still hold its positions.',
  'said.import.first': 'The job has no snapshot yet.',
  'said.import.isNewest': "It is the job's newest snapshot.",
  'said.import.newer': 'It is newer than the newest snapshot of the job.',
  'said.import.older': 'It is older than the newest snapshot ({name}) by {behindMs}.',
  'said.import.ready': 'It can be restored.',
} as const;
export type SaidCode = keyof typeof SAID;

/** One sentence: its code and the values of its places. */
export interface Said {
  readonly code: SaidCode;
  readonly values: Readonly<Record<string, string | number>>;
}

type Names<S extends string> = S extends `${string}{${infer Inner}}${infer Rest}`
  ? (Inner extends `${infer Name}:${string}` ? Name : Inner) | Names<Rest>
  : never;
type Values<C extends SaidCode> = [Names<(typeof SAID)[C]>] extends [never]
  ? []
  : [values: { readonly [K in Names<(typeof SAID)[C]>]: string | number }];

export function say<C extends SaidCode>(code: C, ...values: Values<C>): Said {
  return { code, values: values[0] ?? {} };
}

const PLACE = /\{([a-zA-Z]+)(?::([^|{}]*)\|([^{}]*))?\}/g;

/** Fills a template. A number is printed by `number`, which is told its name. Unknown places are left as they stand. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, string | number>>,
  number: (n: number, name: string) => string,
): string {
  return template.replace(PLACE, (whole, name: string, one: string | undefined, many: string | undefined) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one !== undefined && many !== undefined) return value === 1 || value === '1' ? one : many;
    return typeof value === 'number' ? number(value, name) : value;
  });
}

function spanInEnglish(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** The sentences in English, one after the other. */
export function inEnglish(sentences: readonly Said[]): string {
  const number = (n: number, name: string) => (name.endsWith('Ms') ? spanInEnglish(n) : n.toLocaleString('en-US'));
  return sentences.map(({ code, values }) => fillTemplate(SAID[code], values, number)).join(' ');
}
