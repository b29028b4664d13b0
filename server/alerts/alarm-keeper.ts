/** Looks at the rules and empties the outbox, again and again, in the supervisor's process. A round that fails is told and tried again. */
import type { AlertContext } from './context.ts';
import { evaluateAlarms } from './evaluate.ts';
import { pruneAlarms, sendDue } from './outbox.ts';

const LOOK_MS = 5_000;
const PRUNE_MS = 3_600_000;

export class AlarmKeeper {
  readonly #context: AlertContext;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;
  #prunedMs = 0;

  constructor(context: AlertContext) {
    this.#context = context;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#round ??= this.#once().finally(() => {
        this.#round = null;
      });
    }, LOOK_MS);
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#round;
  }

  async #once(): Promise<void> {
    const { clock } = this.#context;
    await this.#try('Alarms could not be looked at', () => evaluateAlarms(this.#context));
    await this.#try('Notices of alarms could not be sent', () => sendDue(this.#context));
    if (clock.nowMs() - this.#prunedMs < PRUNE_MS) return;
    this.#prunedMs = clock.nowMs();
    await this.#try('Old alarms could not be removed', () => pruneAlarms(this.#context));
  }

  async #try(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#context.log('warn', `${what}; it is tried again: ${(error as Error).message}`);
    }
  }
}
