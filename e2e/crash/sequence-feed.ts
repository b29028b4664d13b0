/** Feeds the numbers 0, 1, 2 … to a Kafka topic with a plain client, steadily until `finish`. */
import { Kafka, logLevel, type Producer } from 'kafkajs';

const PARTITIONS = 3;
const TICK_MS = 50;

export class SequenceFeed {
  readonly #topic: string;
  readonly #producer: Producer;
  readonly #perTick: number;
  #sent = 0;
  #isEnding = false;
  readonly #done: Promise<void>;

  private constructor(topic: string, producer: Producer, perSecond: number) {
    this.#topic = topic;
    this.#producer = producer;
    this.#perTick = Math.max(1, Math.round((perSecond * TICK_MS) / 1_000));
    this.#done = this.#run();
  }

  static async open(brokers: string, topic: string, perSecond: number): Promise<SequenceFeed> {
    const kafka = new Kafka({ brokers: [brokers], clientId: 'sequence-feed', logLevel: logLevel.ERROR });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS, replicationFactor: 1 }] });
    await admin.disconnect();
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    return new SequenceFeed(topic, producer, perSecond);
  }

  /** Sends no more; how many were sent. */
  async finish(): Promise<number> {
    this.#isEnding = true;
    await this.#done;
    return this.#sent;
  }

  async close(): Promise<void> {
    this.#isEnding = true;
    await this.#done.catch(() => undefined);
    await this.#producer.disconnect();
  }

  async #run(): Promise<void> {
    while (!this.#isEnding) {
      const messages = Array.from({ length: this.#perTick }, (_, index) => {
        const n = this.#sent + index;
        return { partition: n % PARTITIONS, value: JSON.stringify({ n }) };
      });
      await this.#producer.send({ topic: this.#topic, acks: -1, messages });
      this.#sent += messages.length;
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }
}
