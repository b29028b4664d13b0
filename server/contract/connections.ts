/**
 * Connections: an address with its sign-in, made once and named by tables with `'connection' = '<name>'`. A table gets the connection's options at run
 * time; plans, snapshots and job versions hold the name only. What the connection says about address, security and sign-in a table may
 * not say otherwise. Secrets are written, never told.
 */
import { z } from 'zod';
import { idSchema, jobIdSchema, timestampSchema, toldSchema } from './primitives.ts';

export const connectionNameSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'Begin with a letter or digit; use letters, digits, . _ and -.');

const hostSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9.:_-]+$/, 'Write a host name or an address.');
const bootstrapSchema = z
  .string()
  .min(1)
  .max(2_048)
  .regex(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/, 'Write brokers as host:port, separated by commas.');
const pemSchema = z.string().max(65_536);

/** What can be shown. */
const kafkaShape = {
  kind: z.literal('kafka'),
  bootstrapServers: bootstrapSchema,
  securityProtocol: z.enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']).default('PLAINTEXT'),
  saslMechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).default('PLAIN'),
  username: z.string().max(256).default(''),
  /** PEM of the authorities that are trusted; empty = the usual ones. */
  caCertificates: pemSchema.default(''),
};
const postgresqlShape = {
  kind: z.literal('postgresql'),
  host: hostSchema,
  port: z.int().min(1).max(65_535).default(5432),
  database: z.string().min(1).max(63),
  username: z.string().min(1).max(256),
  /** require: encrypted, certificate not checked. verify: certificate and name are checked. */
  tls: z.enum(['off', 'require', 'verify']).default('off'),
};
const objectStoreShape = {
  kind: z.literal('object-store'),
  /** Null: AWS by region. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(512)
    .nullable()
    .default(null),
  region: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .default('us-east-1'),
  /** Looked at by the test. */
  bucket: z.string().min(3).max(63),
  accessKey: z.string().min(1).max(256),
  forcePathStyle: z.boolean().default(false),
};
const httpUrlSchema = z.url({ protocol: /^https?$/ }).max(512);
/** A cluster is a queue too: jobs whose queue bears the connection's name run there. */
const flinkShape = {
  kind: z.literal('flink'),
  jobManagerUrl: httpUrlSchema,
  /** Null: none; the cluster runs Flink Jar jobs only. */
  gatewayUrl: httpUrlSchema.nullable().default(null),
  /** basic: the secret is the password. bearer: it is the token. */
  authentication: z.enum(['none', 'basic', 'bearer']).default('none'),
  username: z.string().max(256).default(''),
  /** Sent with every request and shown; what signs in belongs into the secret. */
  headers: z
    .record(
      z
        .string()
        .max(128)
        .regex(
          /^(?!(?:authorization|proxy-authorization|cookie|host|connection|content-length|transfer-encoding)$)[a-z][a-z0-9-]*$/i,
          'This header cannot be set here.',
        ),
      z
        .string()
        .max(2_048)
        .regex(/^[\x20-\x7e]*$/, 'Use printable ASCII characters.'),
    )
    .default({}),
  caCertificates: pemSchema.default(''),
};
const secretSchema = z.string().max(4_096);

export const connectionConfigSchema = z.discriminatedUnion('kind', [
  z.strictObject(kafkaShape),
  z.strictObject(postgresqlShape),
  z.strictObject(objectStoreShape),
  z.strictObject(flinkShape),
]);
export type ConnectionConfig = z.infer<typeof connectionConfigSchema>;
export type ConnectionKind = ConnectionConfig['kind'];

/** Password of Kafka, PostgreSQL and Flink (or its token), secret key of an object store. */
export const createConnectionSchema = z.strictObject({
  name: connectionNameSchema,
  description: z.string().max(256).default(''),
  config: connectionConfigSchema,
  secret: secretSchema.optional(),
});
export type CreateConnection = z.input<typeof createConnectionSchema>;
/**
 * `secret` left out: it stays as it is. Where address or security change it must be given anew: a stored secret is never sent to another place than
 * it was given for. The kind stays.
 */
export const changeConnectionSchema = z.strictObject({
  description: z.string().max(256).optional(),
  config: connectionConfigSchema.optional(),
  secret: secretSchema.optional(),
});

export const connectionTestSchema = z.strictObject({
  at: timestampSchema,
  isGood: z.boolean(),
  tookMs: z.number().nonnegative(),
  steps: z.array(
    z.strictObject({
      step: z.enum([
        'name-found',
        'connected',
        'tls',
        'signed-in',
        'listed',
        'wrote',
        'read',
        'deleted',
        'gateway',
        'settings',
        'connectors',
      ]),
      result: z.enum(['pass', 'fail', 'not-run']),
      tookMs: z.number().nonnegative(),
      message: z.string(),
      said: toldSchema,
    }),
  ),
  /** `Signed in, but may not write to tidemark-prod. …` */
  sentence: z.string(),
  /** What was found behind the address; null when the test did not get so far. */
  found: z
    .strictObject({
      /** `PostgreSQL 18.4`, `Kafka 4.1 or newer`; null where the other side does not tell. */
      version: z.string().nullable(),
      /** Names of topics, tables or folders, the first ones. */
      names: z.array(z.string()),
      total: z.int().nonnegative(),
      /** There are more than `total`. */
      isCut: z.boolean(),
    })
    .nullable()
    .default(null),
  /** What helps, where a step failed. */
  next: z
    .enum([
      'check-name',
      'allow-address',
      'check-address',
      'check-tls',
      'check-sign-in',
      'check-bucket',
      'grant-list',
      'grant-write',
      'grant-read',
      'grant-delete',
    ])
    .nullable()
    .default(null),
  said: toldSchema,
});
export type ConnectionTest = z.infer<typeof connectionTestSchema>;

export const connectionSchema = z.strictObject({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  config: connectionConfigSchema,
  /** Null = no secret is stored. */
  secretSetAt: timestampSchema.nullable(),
  address: z.string(),
  lastTest: connectionTestSchema.nullable(),
  usedBy: z.int().nonnegative(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type Connection = z.infer<typeof connectionSchema>;
export const connectionsAnswerSchema = z.strictObject({ connections: z.array(connectionSchema) });

/** Before saving: `id` lends its stored secret when the address is the same and none is given. */
export const testConnectionSchema = z.strictObject({
  id: idSchema.optional(),
  config: connectionConfigSchema,
  secret: secretSchema.optional(),
});
export const connectionUsersAnswerSchema = z.strictObject({
  /** Jobs the caller may see, by saved or running version. */
  jobs: z.array(z.strictObject({ jobId: jobIdSchema, name: z.string(), isRunning: z.boolean() })),
  /** How many more there are that the caller may not see. */
  hidden: z.int().nonnegative(),
});

/** What a connection gives access to, by part of the name; of an object store by folder. */
export const connectionObjectsQuerySchema = z.strictObject({ q: z.string().max(512).default('') });
const connectionObjectSchema = z.strictObject({
  kind: z.enum(['topic', 'table', 'view', 'folder', 'file']),
  name: z.string(),
  /** Partitions, columns or bytes. */
  size: z.number().nonnegative().nullable(),
});
export type ConnectionObject = z.infer<typeof connectionObjectSchema>;
export const connectionObjectsAnswerSchema = z.strictObject({ objects: z.array(connectionObjectSchema), isCut: z.boolean() });

/** A CREATE TABLE statement for one of these objects. */
export const deriveTableSchema = z.strictObject({ object: z.string().min(1).max(512) });
export const derivedTableSchema = z.strictObject({
  name: z.string(),
  sql: z.string(),
  /** The comments that `sql` begins with, a line each, by code. */
  notes: toldSchema,
  columns: z.int().nonnegative(),
  /** catalogue: the database told its columns. sample: guessed from values. none: there was nothing to look at. */
  basis: z.enum(['catalogue', 'sample', 'none']),
  sampled: z.int().nonnegative(),
});
export type DerivedTable = z.infer<typeof derivedTableSchema>;
