/**
 * One connection to one broker. The socket comes from the dialer, so that every address, also one that the cluster's metadata
 * named, passes the address policy; the client library has no seam for that, which is why its own Connection is not used. Its request codecs are:
 * they only call `send`, whose form this class has.
 *
 * Frames: int32 length, then correlation id and body. Requests are answered in order; several may be under way. A request that is
 * not answered in time closes the connection, since what follows on it would be late as well.
 */

import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import {
  type API,
  apiVersionsV0,
  type Callback,
  type Connection,
  Reader,
  saslAuthenticateV0,
  saslHandshakeV1,
  saslPlain,
  saslScramSha,
  type Writer,
} from '@platformatic/kafka';
import { DialError, type Dialer } from '../../../effects/dialer.ts';
import { sentences } from '../../../lib/sentences.ts';
import { KafkaError, kafkaErrorOf } from './kafka-error.ts';

export interface SaslCredentials {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

export interface ConnectionSettings {
  readonly clientId: string;
  readonly tls: ConnectionOptions | null;
  readonly sasl: SaslCredentials | null;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** No broker sends more in one answer; a larger length means that the peer does not speak Kafka. */
const FRAME_BYTES_MAX = 1 << 30;

interface Pending {
  readonly act: string;
  readonly answer: (frame: Buffer) => void;
  readonly fail: (error: KafkaError) => void;
  readonly timer: NodeJS.Timeout;
}

export class BrokerConnection {
  readonly #socket: Socket;
  readonly #address: string;
  readonly #settings: ConnectionSettings;
  readonly #pending = new Map<number, Pending>();
  #correlation = 0;
  #isClosed = false;
  #answers = 0;
  readonly #header = Buffer.alloc(4);
  #headerBytes = 0;
  #frame: Buffer | null = null;
  #frameBytes = 0;
  /** Newest version of each api, by api key. */
  #versions: ReadonlyMap<number, { readonly min: number; readonly max: number }> = new Map();

  private constructor(socket: Socket, address: string, settings: ConnectionSettings) {
    this.#socket = socket;
    this.#address = address;
    this.#settings = settings;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => this.#fail(new KafkaError('network', `The connection to ${address} broke: ${error.message}.`)));
    socket.on('close', () => this.#fail(new KafkaError('network', `Kafka broker ${address} closed the connection.${this.#closeHint()}`)));
  }

  /** Connected, signed in, with the versions known that the broker speaks. */
  static async open(dialer: Dialer, host: string, port: number, settings: ConnectionSettings): Promise<BrokerConnection> {
    const address = `${host}:${port}`;
    let socket: Socket;
    try {
      const request = { host, port, timeoutMs: settings.connectTimeoutMs };
      socket = await dialer.connect(settings.tls === null ? request : { ...request, tls: settings.tls });
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      const failure = error.reason === 'refused-by-policy' ? 'policy' : 'network';
      throw new KafkaError(failure, `Kafka broker ${address}: ${error.message}`, null, { cause: error });
    }
    const connection = new BrokerConnection(socket, address, settings);
    try {
      await connection.#handshake();
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#fail(new KafkaError('closed', `The connection to ${this.#address} was closed.`));
  }

  /** The first of the candidates (best first) that the broker speaks. */
  pick<T>(candidates: readonly { readonly version: number; readonly key: number; readonly use: T }[]): T {
    for (const candidate of candidates) if (this.speaks(candidate.key, candidate.version)) return candidate.use;
    throw new KafkaError('protocol', `Kafka broker ${this.#address} is too old: it does not speak api ${candidates[0].key} as needed.`);
  }

  speaks(key: number, version: number): boolean {
    const range = this.#versions.get(key);
    return range !== undefined && version >= range.min && version <= range.max;
  }

  /** Calls an api of the library; `act` completes "Kafka cannot …". */
  async call<A extends unknown[], R>(act: string, api: API<A, R>, ...args: A): Promise<R> {
    try {
      return await api.async(this.#asLibraryConnection(), ...args);
    } catch (error) {
      throw kafkaErrorOf(error, act);
    }
  }

  /** Sends a request that was encoded here; resolves with the body behind the header. `extraMs`: what the broker may wait on purpose. */
  request(
    act: string,
    key: number,
    version: number,
    isFlexible: boolean,
    body: readonly Uint8Array[],
    extraMs = 0,
  ): Promise<{ readonly frame: Buffer; readonly at: number }> {
    return new Promise((resolve, reject) => {
      this.#write(act, key, version, isFlexible, body, extraMs, (frame) => resolve({ frame, at: isFlexible ? 5 : 4 }), reject);
    });
  }

  /** The seam the library's codecs call. */
  send<R>(
    key: number,
    version: number,
    createPayload: () => Writer | Promise<Writer>,
    parse: (correlationId: number, key: number, version: number, reader: Reader) => R | Promise<R>,
    hasRequestTags: boolean,
    hasResponseTags: boolean,
    callback: Callback<R>,
  ): void {
    const answer = (frame: Buffer): void => {
      let result: R;
      try {
        result = parse(frame.readInt32BE(0), key, version, Reader.from(frame.subarray(hasResponseTags ? 5 : 4))) as R;
      } catch (error) {
        callback(error as Error);
        return;
      }
      callback(null, result);
    };
    try {
      const body = [(createPayload() as Writer).buffer];
      this.#write(`answer request ${key}`, key, version, hasRequestTags, body, 0, answer, callback);
    } catch (error) {
      callback(error as Error);
    }
  }

  #asLibraryConnection(): Connection {
    return this as unknown as Connection;
  }

  #write(
    act: string,
    key: number,
    version: number,
    hasTags: boolean,
    body: readonly Uint8Array[],
    extraMs: number,
    answer: (frame: Buffer) => void,
    fail: (error: KafkaError) => void,
  ): void {
    if (this.#isClosed) {
      fail(new KafkaError('network', `The connection to ${this.#address} is closed.`));
      return;
    }
    const correlation = this.#correlation;
    this.#correlation = (correlation + 1) & 0x7fffffff;
    const client = Buffer.from(this.#settings.clientId);
    const head = Buffer.alloc(14 + client.length + (hasTags ? 1 : 0));
    const bytes = body.reduce((sum, part) => sum + part.length, 0);
    head.writeInt32BE(head.length - 4 + bytes, 0);
    head.writeInt16BE(key, 4);
    head.writeInt16BE(version, 6);
    head.writeInt32BE(correlation, 8);
    head.writeInt16BE(client.length, 12);
    client.copy(head, 14);
    const limitMs = this.#settings.requestTimeoutMs + extraMs;
    const timer = setTimeout(() => {
      this.#fail(new KafkaError('timeout', `Kafka broker ${this.#address} did not ${act} within ${limitMs} ms.`));
    }, limitMs);
    this.#pending.set(correlation, { act, answer, fail, timer });
    this.#socket.cork();
    this.#socket.write(head);
    for (const part of body) this.#socket.write(part);
    this.#socket.uncork();
  }

  #onData(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#isClosed) {
      if (this.#frame === null) {
        while (this.#headerBytes < 4 && at < chunk.length) this.#header[this.#headerBytes++] = chunk[at++];
        if (this.#headerBytes < 4) return;
        this.#headerBytes = 0;
        const length = this.#header.readInt32BE(0);
        if (length < 4 || length > FRAME_BYTES_MAX) {
          const hint = this.#settings.tls === null ? " It may want TLS: see 'properties.security.protocol'." : '';
          this.#fail(new KafkaError('protocol', `What answers at ${this.#address} does not speak Kafka.${hint}`));
          return;
        }
        this.#frame = Buffer.allocUnsafeSlow(length);
        this.#frameBytes = 0;
      }
      const frame = this.#frame;
      const taken = Math.min(frame.length - this.#frameBytes, chunk.length - at);
      chunk.copy(frame, this.#frameBytes, at, at + taken);
      this.#frameBytes += taken;
      at += taken;
      if (this.#frameBytes === frame.length) {
        this.#frame = null;
        this.#onFrame(frame);
      }
    }
  }

  #onFrame(frame: Buffer): void {
    const correlation = frame.readInt32BE(0);
    const pending = this.#pending.get(correlation);
    if (pending === undefined) {
      this.#fail(new KafkaError('network', `Kafka broker ${this.#address} answered what was not asked.`));
      return;
    }
    this.#pending.delete(correlation);
    this.#answers++;
    clearTimeout(pending.timer);
    pending.answer(frame);
  }

  /** A listener that wants a sign-in tells its versions to anybody and then hangs up. */
  #closeHint(): string {
    return this.#answers <= 1 && this.#settings.sasl === null ? " Perhaps it asks for a sign-in: see 'properties.security.protocol'." : '';
  }

  #fail(error: KafkaError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of waiting) {
      clearTimeout(pending.timer);
      pending.fail(error);
    }
  }

  async #handshake(): Promise<void> {
    try {
      const { apiKeys } = await this.call('tell its versions', apiVersionsV0.api, '', '');
      this.#versions = new Map(apiKeys.map((api) => [api.apiKey, { min: api.minVersion, max: api.maxVersion }]));
    } catch (error) {
      if (!(error instanceof KafkaError) || error.failure !== 'network') throw error;
      const { tls, sasl } = this.#settings;
      const hint = tls === null ? `expects TLS${sasl === null ? ' or a sign-in' : ''}` : 'expects another protocol';
      throw new KafkaError('network', sentences(error.message, `Perhaps it ${hint}: see 'properties.security.protocol'.`), null, {
        cause: error,
      });
    }
    if (this.#settings.sasl !== null) await this.#signIn(this.#settings.sasl);
  }

  async #signIn(sasl: SaslCredentials): Promise<void> {
    const refusal = (why: string, cause: unknown): KafkaError =>
      new KafkaError(
        'sign-in',
        `Kafka broker ${this.#address} refused the sign-in of user '${sasl.username}' by ${sasl.mechanism}: ${why}.`,
        null,
        {
          cause,
        },
      );
    const library = this.#asLibraryConnection();
    try {
      await saslHandshakeV1.api.async(library, sasl.mechanism);
    } catch (error) {
      if (error instanceof KafkaError) throw error;
      throw refusal("it does not offer this mechanism; see 'properties.sasl.mechanism'", error);
    }
    const authenticate = saslAuthenticateV0.api as unknown as Parameters<typeof saslPlain.authenticate>[0];
    try {
      if (sasl.mechanism === 'PLAIN') await saslPlain.authenticate(authenticate, library, sasl.username, sasl.password);
      else
        await saslScramSha.authenticate(
          authenticate,
          library,
          sasl.mechanism === 'SCRAM-SHA-256' ? 'SHA-256' : 'SHA-512',
          sasl.username,
          sasl.password,
        );
    } catch (error) {
      const network = error instanceof KafkaError ? error : (error as Error).cause;
      if (network instanceof KafkaError && network.failure === 'timeout') throw network;
      throw refusal("wrong user name or password in 'properties.sasl.jaas.config'", error);
    }
  }
}
