/**
 * KafkaPort over @platformatic/kafka's protocol codecs (its clients hide retries, offsets and sockets, see broker-connection.ts).
 *
 * Connections: one a broker and purpose. A broker answers one request of a connection after the other, so a fetch that waits for
 * records must not stand before a commit or a produce. A broken one is opened anew by the next call; nothing is retried here but the
 * small calls (metadata, offsets, coordinator), up to a deadline. Leaders are remembered from the last metadata.
 */
import {
  ConfigResourceTypes,
  createTopicsV4,
  createTopicsV5,
  createTopicsV7,
  describeConfigsV1,
  describeConfigsV4,
  findCoordinatorV1,
  findCoordinatorV3,
  initProducerIdV0,
  initProducerIdV1,
  initProducerIdV4,
  listOffsetsV2,
  listOffsetsV5,
  listOffsetsV7,
  metadataV5,
  metadataV7,
  metadataV9,
  metadataV10,
  metadataV12,
  offsetCommitV3,
  offsetCommitV5,
  offsetCommitV8,
  offsetFetchV5,
  offsetFetchV7,
  ResponseError,
} from '@platformatic/kafka';
import type { Dialer } from '../../../effects/dialer.ts';
import { BrokerConnection, type ConnectionSettings } from './broker-connection.ts';
import { decodeFetch, encodeFetch, FETCH_KEY, FETCH_VERSIONS, type FetchLimits } from './fetch-protocol.ts';
import { codeError, codeIsRetryable, KafkaError, kafkaErrorOf } from './kafka-error.ts';
import {
  type FetchedPartition,
  type FetchPartition,
  type KafkaPort,
  type OffsetQuery,
  type ProduceBatch,
  type ProduceResult,
  type ProducerIdentity,
  partitionKey,
  type TopicFailure,
  type TopicInfo,
  type TopicPartition,
} from './kafka-port.ts';
import { decodeProduce, encodeProduce, PRODUCE_KEY, PRODUCE_VERSIONS } from './produce-protocol.ts';

export interface ClusterSettings extends ConnectionSettings {
  readonly bootstrap: readonly { readonly host: string; readonly port: number }[];
  readonly fetch: Omit<FetchLimits, 'waitMs'>;
  /** How long a small call is tried again. */
  readonly apiTimeoutMs: number;
  readonly retryBackoffMs: number;
}

type Purpose = 'control' | 'fetch' | 'produce';
type Address = { readonly host: string; readonly port: number };

const NO_TOPIC_ID = '00000000-0000-0000-0000-000000000000';
const RETRY_BACKOFF_MAX_MS = 1000;

export class KafkaCluster implements KafkaPort {
  readonly #settings: ClusterSettings;
  readonly #dialer: Dialer;
  readonly #brokers = new Map<number, Address>();
  readonly #leaders = new Map<string, number>();
  readonly #coordinators = new Map<string, number>();
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  #isClosed = false;

  constructor(settings: ClusterSettings, dialer: Dialer) {
    this.#settings = settings;
    this.#dialer = dialer;
  }

  async metadata(names: readonly string[] | null) {
    const topicList = names === null ? null : [...names];
    return this.#retry(async () => {
      const connection = await this.#anyConnection();
      const api = connection.pick([
        { key: 3, version: 12, use: metadataV12.api },
        { key: 3, version: 10, use: metadataV10.api },
        { key: 3, version: 9, use: metadataV9.api },
        { key: 3, version: 7, use: metadataV7.api },
        { key: 3, version: 5, use: metadataV5.api },
      ]);
      const response = await withPartialAnswers(() =>
        connection.call('tell its topics', api as typeof metadataV12.api, topicList, false, false),
      );
      for (const broker of response.brokers) this.#brokers.set(broker.nodeId, { host: broker.host, port: broker.port });
      const topics: TopicInfo[] = [];
      const failures: TopicFailure[] = [];
      for (const topic of response.topics) {
        const name = topic.name ?? '';
        if (topic.errorCode !== 0) failures.push({ name, code: topic.errorCode });
        else if (!topic.isInternal || names !== null) {
          const partitions = topic.partitions
            .map((partition) => ({ topic: name, partition: partition.partitionIndex, leader: partition.leaderId }))
            .sort((a, b) => a.partition - b.partition);
          for (const partition of partitions) this.#leaders.set(partitionKey(partition), partition.leader);
          topics.push({ name, id: topic.topicId === NO_TOPIC_ID ? null : topic.topicId, partitions });
        }
      }
      return { topics, failures };
    });
  }

  leaderOf(partition: TopicPartition): number {
    return this.#leaders.get(partitionKey(partition)) ?? -1;
  }

  async listOffsets(partitions: readonly TopicPartition[], query: OffsetQuery): Promise<ReadonlyMap<string, number | null>> {
    const found = new Map<string, number | null>();
    await this.#retry(async () => {
      const left = partitions.filter((partition) => !found.has(partitionKey(partition)));
      for (const [leader, group] of await this.#byLeader(left)) {
        const connection = await this.#connectionTo(leader, 'control');
        const api = connection.pick([
          { key: 2, version: 7, use: listOffsetsV7.api },
          { key: 2, version: 5, use: listOffsetsV5.api },
          { key: 2, version: 2, use: listOffsetsV2.api },
        ]);
        const timestamp = query.kind === 'earliest' ? -2n : query.kind === 'latest' ? -1n : BigInt(query.ms);
        const topics = topicsOf(group, ({ partition }) => ({ partitionIndex: partition, currentLeaderEpoch: -1, timestamp }));
        const isolation = this.#settings.fetch.isCommittedOnly ? 1 : 0;
        const response = await connection.call('tell offsets', api as typeof listOffsetsV7.api, -1, isolation, topics);
        for (const topic of response.topics) {
          for (const { partitionIndex, offset } of topic.partitions) {
            found.set(partitionKey({ topic: topic.name, partition: partitionIndex }), offset < 0n ? null : Number(offset));
          }
        }
      }
    });
    return found;
  }

  async committedOffsets(group: string, partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    if (partitions.length === 0) return found;
    await this.#retry(async () => {
      const connection = await this.#coordinator(group);
      const api = connection.pick([
        { key: 9, version: 7, use: offsetFetchV7.api },
        { key: 9, version: 5, use: offsetFetchV5.api },
      ]);
      const topics = [...Map.groupBy(partitions, (partition) => partition.topic)].map(([name, ofTopic]) => ({
        name,
        partitionIndexes: ofTopic.map(({ partition }) => partition),
      }));
      const response = await connection.call(
        `tell the offsets of group '${group}'`,
        api as typeof offsetFetchV7.api,
        [{ groupId: group, topics }],
        true,
      );
      for (const topic of response.topics) {
        for (const { partitionIndex, committedOffset } of topic.partitions) {
          if (committedOffset >= 0n) found.set(partitionKey({ topic: topic.name, partition: partitionIndex }), Number(committedOffset));
        }
      }
    }, group);
    return found;
  }

  async commitOffsets(group: string, offsets: readonly FetchPartition[]): Promise<void> {
    if (offsets.length === 0) return;
    await this.#retry(async () => {
      const connection = await this.#coordinator(group);
      const api = connection.pick([
        { key: 8, version: 8, use: offsetCommitV8.api },
        { key: 8, version: 5, use: offsetCommitV5.api },
        { key: 8, version: 3, use: offsetCommitV3.api },
      ]);
      const topics = [...Map.groupBy(offsets, (entry) => entry.topic)].map(([name, ofTopic]) => ({
        name,
        partitions: ofTopic.map(({ partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: BigInt(offset),
          committedLeaderEpoch: -1,
          committedMetadata: '',
        })),
      }));
      await connection.call(`commit offsets of group '${group}'`, api as typeof offsetCommitV8.api, group, -1, '', null, topics);
    }, group);
  }

  async fetch(broker: number, partitions: readonly FetchPartition[], waitMs: number): Promise<readonly FetchedPartition[]> {
    const connection = await this.#connectionTo(broker, 'fetch');
    const version = connection.pick(FETCH_VERSIONS.map((candidate) => ({ key: FETCH_KEY, version: candidate, use: candidate })));
    const body = encodeFetch(version, partitions, { ...this.#settings.fetch, waitMs });
    const { frame, at } = await connection.request('hand out records', FETCH_KEY, version, false, [body], waitMs);
    return decodeFetch(version, frame, at, this.#settings.fetch.isCommittedOnly);
  }

  async initProducer(): Promise<ProducerIdentity> {
    return this.#retry(async () => {
      const connection = await this.#anyConnection();
      const api = connection.pick([
        { key: 22, version: 4, use: initProducerIdV4.api },
        { key: 22, version: 1, use: initProducerIdV1.api },
        { key: 22, version: 0, use: initProducerIdV0.api },
      ]);
      const response = await connection.call('give a producer id', api as typeof initProducerIdV4.api, null, 0, -1n, -1);
      return { id: response.producerId, epoch: response.producerEpoch };
    });
  }

  async produce(broker: number, batches: readonly ProduceBatch[]): Promise<readonly ProduceResult[]> {
    const connection = await this.#connectionTo(broker, 'produce');
    const version = connection.pick(PRODUCE_VERSIONS.map((candidate) => ({ key: PRODUCE_KEY, version: candidate, use: candidate })));
    const body = encodeProduce(batches, this.#settings.requestTimeoutMs);
    const { frame, at } = await connection.request('take records', PRODUCE_KEY, version, false, body);
    return decodeProduce(version, frame, at);
  }

  async topicSettings(topic: string): Promise<ReadonlyMap<string, string>> {
    const connection = await this.#anyConnection();
    const api = connection.pick([
      { key: 32, version: 4, use: describeConfigsV4.api },
      { key: 32, version: 1, use: describeConfigsV1.api },
    ]);
    const resource = {
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName: topic,
      configurationKeys: ['retention.ms', 'cleanup.policy', 'max.message.bytes'],
    };
    const response = await withPartialAnswers(() =>
      connection.call(`tell the settings of topic '${topic}'`, api as typeof describeConfigsV4.api, [resource]),
    );
    const settings = new Map<string, string>();
    for (const config of response.results[0]?.configs ?? []) if (config.value != null) settings.set(config.name, config.value);
    return settings;
  }

  async createTopic(name: string, partitions: number, settings: Readonly<Record<string, string>>): Promise<void> {
    const configs = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
    const connection = await this.#anyConnection();
    const api = connection.pick([
      { key: 19, version: 7, use: createTopicsV7.api },
      { key: 19, version: 5, use: createTopicsV5.api },
      { key: 19, version: 4, use: createTopicsV4.api },
    ]);
    const topic = { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs };
    await connection.call(`create topic '${name}'`, api as typeof createTopicsV7.api, [topic], this.#settings.requestTimeoutMs, false);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    for (const connection of await Promise.allSettled(connections)) if (connection.status === 'fulfilled') connection.value.close();
  }

  async #byLeader<P extends TopicPartition>(partitions: readonly P[]): Promise<ReadonlyMap<number, readonly P[]>> {
    if (partitions.some((partition) => this.leaderOf(partition) < 0)) await this.#refresh(partitions);
    const groups = Map.groupBy(partitions, (partition) => this.leaderOf(partition));
    const orphan = groups.get(-1)?.[0];
    if (orphan !== undefined) throw new KafkaError('protocol', `Partition ${partitionKey(orphan)} has no leader at the moment.`, 5);
    return groups;
  }

  async #refresh(partitions: readonly TopicPartition[]): Promise<void> {
    const { failures } = await this.metadata([...new Set(partitions.map((partition) => partition.topic))]);
    const fatal = failures.find((failure) => !codeIsRetryable(failure.code));
    if (fatal !== undefined) throw codeError(`read topic '${fatal.name}'`, fatal.code);
  }

  async #coordinator(group: string): Promise<BrokerConnection> {
    let node = this.#coordinators.get(group);
    if (node === undefined) {
      const connection = await this.#anyConnection();
      const api = connection.pick([
        { key: 10, version: 3, use: findCoordinatorV3.api },
        { key: 10, version: 1, use: findCoordinatorV1.api },
      ]);
      const response = await connection.call(`find the coordinator of group '${group}'`, api as typeof findCoordinatorV3.api, 0, [group]);
      const [coordinator] = response.coordinators;
      if (coordinator === undefined || coordinator.nodeId < 0) throw codeError(`find the coordinator of group '${group}'`, 15);
      node = coordinator.nodeId;
      this.#brokers.set(node, { host: coordinator.host, port: coordinator.port });
      this.#coordinators.set(group, node);
    }
    return this.#connectionTo(node, 'control');
  }

  /** Any broker that answers: those known first, then the bootstrap list. */
  async #anyConnection(): Promise<BrokerConnection> {
    const failures: KafkaError[] = [];
    for (const node of this.#brokers.keys()) {
      try {
        return await this.#connectionTo(node, 'control');
      } catch (error) {
        failures.push(error as KafkaError);
      }
    }
    for (const address of this.#settings.bootstrap) {
      try {
        return await this.#open(`bootstrap:${address.host}:${address.port}`, address);
      } catch (error) {
        failures.push(error as KafkaError);
      }
    }
    // A refusal (sign-in, policy) says more than a broker that is down.
    const decisive = failures.find((failure) => failure instanceof KafkaError && !failure.isRetryable);
    throw decisive ?? failures.at(-1) ?? new KafkaError('network', 'There is no broker to ask.');
  }

  #connectionTo(node: number, purpose: Purpose): Promise<BrokerConnection> {
    const address = this.#brokers.get(node);
    if (address === undefined) throw new KafkaError('network', `Kafka broker ${node} is not known.`);
    return this.#open(`${purpose}:${node}:${address.host}:${address.port}`, address);
  }

  async #open(key: string, address: Address): Promise<BrokerConnection> {
    if (this.#isClosed) throw new KafkaError('closed', 'The connection to Kafka was closed.');
    const existing = this.#connections.get(key);
    if (existing !== undefined) {
      const connection = await existing;
      if (!connection.isClosed) return connection;
    }
    if (this.#connections.get(key) === existing) {
      const opening = BrokerConnection.open(this.#dialer, address.host, address.port, this.#settings);
      this.#connections.set(key, opening);
      opening.catch(() => {
        if (this.#connections.get(key) === opening) this.#connections.delete(key);
      });
    }
    const opened = this.#connections.get(key);
    if (opened === undefined) throw new KafkaError('network', `Kafka broker ${address.host}:${address.port} cannot be reached.`);
    const connection = await opened;
    if (this.#isClosed) connection.close();
    return connection;
  }

  /** Tries again until the deadline what may pass by itself. `group`: whose coordinator to look for anew. */
  async #retry<T>(call: () => Promise<T>, group: string | null = null): Promise<T> {
    const giveUpAt = performance.now() + this.#settings.apiTimeoutMs;
    for (let backoffMs = this.#settings.retryBackoffMs; ; backoffMs = Math.min(backoffMs * 2, RETRY_BACKOFF_MAX_MS)) {
      try {
        return await call();
      } catch (error) {
        const failure = kafkaErrorOf(error, 'answer');
        if (!failure.isRetryable || this.#isClosed || performance.now() + backoffMs > giveUpAt) throw failure;
        if (failure.isLeaderStale) {
          this.#leaders.clear();
          if (group !== null) this.#coordinators.delete(group);
        }
        await new Promise((resolve) => setTimeout(resolve, backoffMs));
      }
    }
  }
}

function topicsOf<P extends TopicPartition, R>(partitions: readonly P[], make: (partition: P) => R): { name: string; partitions: R[] }[] {
  return [...Map.groupBy(partitions, (partition) => partition.topic)].map(([name, ofTopic]) => ({ name, partitions: ofTopic.map(make) }));
}

/** The library throws when one of several answers is an error; the answers are in the error then. */
async function withPartialAnswers<R>(call: () => Promise<R>): Promise<R> {
  try {
    return await call();
  } catch (error) {
    const { cause } = error as Error;
    const response = cause instanceof ResponseError ? (cause as { readonly response?: unknown }).response : undefined;
    if (response === undefined) throw error;
    return response as R;
  }
}
