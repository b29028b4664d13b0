/**
 * One run of the embedded engine seen from the supervisor: orders go down the line, reports come up. When the line breaks while the process
 * lives, the control socket is tried again and again: silence is not an end. The end is told once the process is proven to be gone.
 */
import type { SnapshotKind } from '../../engine/checkpoint/manifest.ts';
import type { JobOrder, JobReport } from '../../engine/runtime/wire.ts';
import type { EngineRun, RunListener, StopMode } from '../contract.ts';
import type { RunFolder } from '../run-folder.ts';
import { type ControlLine, lineOverSocket } from './control-line.ts';
import { killProven, livenessOf, type ProcessIdentity } from './process-identity.ts';

const RECONNECT_MS = 100;
const GREETING_MS = 3_000;

export class EmbeddedRun implements EngineRun {
  readonly runId: string;
  readonly ref: string;
  readonly #folder: RunFolder;
  readonly #identity: ProcessIdentity;
  readonly #listener: RunListener;
  #line: ControlLine | null = null;
  #waiting: JobOrder[] = [];
  /** How the system says it ended, once it did. */
  exitMessage = 'The process of the job is gone.';
  #isOver = false;
  #isReconnecting = false;

  constructor(runId: string, folder: RunFolder, identity: ProcessIdentity, listener: RunListener) {
    this.runId = runId;
    this.ref = JSON.stringify(identity);
    this.#folder = folder;
    this.#identity = identity;
    this.#listener = listener;
  }

  use(line: ControlLine): void {
    this.#line = line;
    for (const order of this.#waiting.splice(0)) line.send(order);
  }

  onReport(report: JobReport): void {
    if (!this.#isOver) this.#listener.onReport(report);
  }

  onDown(): void {
    this.#line = null;
    if (this.#isOver || this.#isReconnecting) return;
    this.#isReconnecting = true;
    void this.#reconnect().finally(() => {
      this.#isReconnecting = false;
    });
  }

  checkAlive(): void {
    if (livenessOf(this.#identity) === 'gone') this.end(this.exitMessage);
  }

  end(message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#line?.close();
    this.#listener.onEnded(message);
  }

  triggerSnapshot(requestId: string, kind: SnapshotKind, directory: string | null): void {
    this.#send({ type: 'trigger-snapshot', requestId, kind, directory });
  }

  stop(requestId: string, mode: StopMode, directory: string | null): void {
    this.#send({ type: 'stop', requestId, mode, directory });
  }

  async kill(): Promise<void> {
    if (this.#isOver) return;
    const isGone = await killProven(this.#identity);
    if (!isGone) throw new Error(`The process ${this.#identity.pid} of the job could not be ended.`);
    this.end('The process of the job was ended by the supervisor.');
  }

  release(): void {
    this.#isOver = true;
    this.#line?.close();
    this.#line = null;
  }

  #send(order: JobOrder): void {
    if (this.#line) this.#line.send(order);
    else this.#waiting.push(order);
  }

  async #reconnect(): Promise<void> {
    while (!this.#isOver && this.#line === null) {
      this.checkAlive();
      if (this.#isOver) return;
      const connected = await lineOverSocket(this.#folder.controlSocket, GREETING_MS, {
        onReport: (report) => this.onReport(report),
        onDown: () => this.onDown(),
      });
      if (this.#isOver) {
        connected?.line.close();
        return;
      }
      if (connected && connected.pid === this.#identity.pid) this.use(connected.line);
      else await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }
}
