/**
 * The SQL Gateway's REST interface (v2: Flink 1.18 and later have it). A session a submission: settings of a session stick, so none is shared. A
 * statement is executed as an operation whose result is fetched; bad SQL is an HTTP 500 whose innermost cause is the reason.
 */
import { z } from 'zod';
import type { Dialer } from '../../effects/dialer.ts';
import { type FlinkClusterAddress, FlinkLine } from './cluster.ts';

const infoSchema = z.object({ productName: z.string(), version: z.string() });
const sessionSchema = z.object({ sessionHandle: z.string() });
const propertiesSchema = z.object({ properties: z.record(z.string(), z.string()) });
const operationSchema = z.object({ operationHandle: z.string() });
const resultSchema = z.object({
  resultType: z.enum(['NOT_READY', 'PAYLOAD', 'EOS']),
  jobID: z.string().nullish(),
  results: z.object({ data: z.array(z.object({ fields: z.array(z.unknown()) })) }).nullish(),
});
const closedSchema = z.object({ status: z.string() });

export interface StatementResult {
  /** First column of each row, as text. */
  readonly rows: readonly string[];
  /** Of a statement that submitted a job. */
  readonly jobId: string | null;
}

/** A statement did not end in time: what becomes of it is not known. */
export class StatementTimeout extends Error {
  override readonly name = 'StatementTimeout';
}

const POLL_MS = 100;
/** The first statement of a gateway loads its planner. */
export const STATEMENT_MS = 120_000;

export class SqlGateway {
  readonly #line: FlinkLine;

  constructor(dialer: Dialer, address: FlinkClusterAddress, gatewayUrl: string) {
    this.#line = new FlinkLine(dialer, gatewayUrl, address);
  }

  /** Version of Flink. */
  async version(): Promise<string> {
    return (await this.#line.ask({ method: 'GET', path: '/v2/info' }, infoSchema)).version;
  }

  async openSession(name: string, properties: Readonly<Record<string, string>>): Promise<GatewaySession> {
    const json = { sessionName: name, properties };
    const { sessionHandle } = await this.#line.ask({ method: 'POST', path: '/v2/sessions', json }, sessionSchema);
    return new GatewaySession(this.#line, sessionHandle);
  }
}

export class GatewaySession {
  readonly #line: FlinkLine;
  readonly #path: string;

  constructor(line: FlinkLine, handle: string) {
    this.#line = line;
    this.#path = `/v2/sessions/${handle}`;
  }

  /** All settings in force, those of the gateway's own configuration among them. */
  async properties(): Promise<Readonly<Record<string, string>>> {
    return (await this.#line.ask({ method: 'GET', path: this.#path }, propertiesSchema)).properties;
  }

  /** Throws FlinkRefusal with the reason when the statement is wrong, StatementTimeout, FlinkUnreachable. */
  async run(statement: string, timeoutMs = STATEMENT_MS): Promise<StatementResult> {
    const question = { method: 'POST', path: `${this.#path}/statements`, json: { statement } } as const;
    const { operationHandle } = await this.#line.ask(question, operationSchema);
    const path = `${this.#path}/operations/${operationHandle}/result/0?rowFormat=JSON`;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const page = await this.#line.ask({ method: 'GET', path }, resultSchema);
      if (page.resultType !== 'NOT_READY') {
        const rows = (page.results?.data ?? []).map((row) => String(row.fields[0] ?? ''));
        return { rows, jobId: page.jobID ?? null };
      }
      if (performance.now() > deadline)
        throw new StatementTimeout(`The SQL Gateway did not finish a statement within ${timeoutMs / 1000} s.`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** A session that cannot be closed ends by itself when it is idle. */
  async close(): Promise<void> {
    await this.#line.ask({ method: 'DELETE', path: this.#path }, closedSchema).catch(() => {});
  }
}
