/**
 * Writes the next migration for both providers after a change of prisma/schema.prisma:
 *   node scripts/prisma-migrate.ts NAME
 * The difference is taken from the models as of the last migration (prisma/migrations/models.prisma) to the models now, by Prisma's own
 * engine; no database and no shadow database is involved. Read what it wrote before committing it: it may drop columns.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { postgresqlSchema } from './prisma-generate.ts';

type Provider = 'sqlite' | 'postgresql';

interface EngineModule {
  readonly SchemaEngine: {
    new: (
      options: unknown,
      log: (line: string) => void,
      adapter: unknown,
    ) => Promise<{ diff(params: unknown): Promise<{ stdout: string | null }> }>;
  };
  __wbg_set_wasm(exports: unknown): void;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const migrations = join(root, 'prisma', 'migrations');
const previousFile = join(migrations, 'models.prisma');

/** The engine connects before it does anything, though a difference between two schemas reads nothing of a database. */
function adapterWithoutDatabase(provider: Provider): SqlMigrationAwareDriverAdapterFactory {
  const engineProvider = provider === 'sqlite' ? 'sqlite' : 'postgres';
  const refuse = async (query: unknown) => {
    throw new Error(`a difference between two schemas needs no database, yet the engine asked for ${JSON.stringify(query)}`);
  };
  const connection = {
    provider: engineProvider,
    adapterName: 'none',
    queryRaw: async (query: { readonly sql: string }) =>
      query.sql.includes('server_version_num')
        ? { columnNames: ['exists', 'version', 'numeric_version'], columnTypes: [5, 7, 0], rows: [[true, 'PostgreSQL 16.0', 160000]] }
        : refuse(query),
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    getConnectionInfo: () => ({ schemaName: provider === 'sqlite' ? 'main' : 'public', supportsRelationJoins: false }),
    dispose: async () => {},
  };
  const connect = async () => connection;
  return {
    provider: engineProvider,
    adapterName: 'none',
    connect,
    connectToShadowDb: connect,
  } as unknown as SqlMigrationAwareDriverAdapterFactory;
}

async function loadEngine(): Promise<EngineModule> {
  const folder = join(root, 'node_modules', '@prisma', 'schema-engine-wasm');
  const engine = (await import(join(folder, 'schema_engine_bg.js'))) as EngineModule;
  const { instance } = await WebAssembly.instantiate(readFileSync(join(folder, 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': engine as unknown as WebAssembly.ModuleImports,
  });
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return engine;
}

async function difference(engine: EngineModule, provider: Provider, from: string | null, to: string): Promise<string> {
  const text = (models: string) => (provider === 'sqlite' ? models : postgresqlSchema(models, './postgresql'));
  const schema = (models: string) => ({ tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: text(models) }] });
  const instance = await engine.SchemaEngine.new(
    { datamodels: [['schema.prisma', text(to)]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(adapterWithoutDatabase(provider)),
  );
  const result = await instance.diff({
    from: from === null ? { tag: 'empty' } : schema(from),
    to: schema(to),
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return result.stdout ?? '';
}

const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  process.stderr.write('Usage: node scripts/prisma-migrate.ts NAME   (small letters, digits, _)\n');
  process.exit(2);
}
const now = readFileSync(join(root, 'prisma', 'schema.prisma'), 'utf8');
const previous = existsSync(previousFile) ? readFileSync(previousFile, 'utf8') : null;
const engine = await loadEngine();
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
for (const provider of ['sqlite', 'postgresql'] as const) {
  // The schema `public` exists; making it would need a right on the database that the console does not need otherwise.
  const sql = (await difference(engine, provider, previous, now)).replace(/-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n/, '');
  if (sql.trim() === '' || sql.includes('This is an empty migration')) {
    process.stderr.write(`${provider}: nothing changed\n`);
    continue;
  }
  const folder = join(migrations, provider, `${stamp}_${name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'migration.sql'), sql);
  process.stderr.write(`${provider}: ${folder.slice(root.length + 1)}\n`);
}
writeFileSync(previousFile, now);
