/** What others use of the corpus' own runner. */
export interface CorpusCase {
  readonly file: string;
  readonly id: string;
  readonly refused: boolean;
}
export interface CorpusSink {
  readonly format: string;
}
export type SinkRows = Map<string, { n: number; row: unknown }>;
export const HERE: string;
export function findCases(root?: string): CorpusCase[];
export function prepare(
  one: CorpusCase,
  inputs: string,
  extraSet?: string,
): { readonly dir: string; readonly out: string; readonly file: string; readonly sql: string };
export function sinksOf(sql: string): Map<string, CorpusSink>;
export function materialise(dir: string, sink: CorpusSink): SinkRows;
export function readExpected(file: string): Map<string, SinkRows>;
export function compare(
  expected: Map<string, SinkRows>,
  got: Map<string, SinkRows>,
  sinks: Map<string, CorpusSink>,
): { readonly missing: string[]; readonly extra: string[] };
