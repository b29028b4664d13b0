/** Feeds the flights of the checker's day to a Kafka topic with a plain client, slowly while a test acts and at once when it is done. */
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { endMarks, type Flight, readFlights } from '../crash/checker/flights.ts';

export const PARTITIONS = 3;

export class FlightFeed {
  readonly flights: readonly Flight[];
  readonly marks = endMarks(PARTITIONS);
  readonly #topic: string;
  readonly #producer: Producer;
  sent = 0;
  #rush = false;
  #done: Promise<void> | null = null;

  private constructor(flights: readonly Flight[], topic: string, producer: Producer) {
    this.flights = flights;
    this.#topic = topic;
    this.#producer = producer;
  }

  static async open(brokers: string, topic: string, limit?: number): Promise<FlightFeed> {
    const kafka = new Kafka({ brokers: [brokers], clientId: 'flight-feed', logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS, replicationFactor: 1 }] });
    await admin.disconnect();
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    return new FlightFeed(readFlights(limit), topic, producer);
  }

  /** Begins to send `perSecond` records a second until `finish`. */
  begin(perSecond: number): void {
    this.#done = this.#run(perSecond / 10);
  }

  /** Sends the rest as fast as it goes, then the end marks. */
  async finish(): Promise<void> {
    this.#rush = true;
    await this.#done;
    await this.#send(this.marks);
    await this.#producer.disconnect();
  }

  async #run(perTick: number): Promise<void> {
    while (this.sent < this.flights.length) {
      const chunk = this.flights.slice(this.sent, this.sent + (this.#rush ? 5_000 : perTick));
      await this.#send(chunk);
      this.sent += chunk.length;
      if (!this.#rush) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #send(flights: readonly Flight[]): Promise<void> {
    const messages = flights.map((one) => ({ partition: one.flight % PARTITIONS, value: JSON.stringify(one) }));
    await this.#producer.send({ topic: this.#topic, acks: -1, messages });
  }
}
