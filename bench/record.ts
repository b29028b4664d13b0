/** One measured item: a JSON line of `npm run bench`. */
export type BenchRecord = Readonly<Record<string, string | number | null>>;
export type Emit = (record: BenchRecord) => void;
