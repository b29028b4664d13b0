/**
 * Small disks that can be full: the data directory, its objects and its logs, each a file system of its own. The strongest way that this machine
 * allows is taken:
 * - `mount`: tmpfs mounts, as root;
 * - `namespace`: the same in a user and mount namespace of its own, where the product is started too;
 * - `limit`: plain folders, and the size to which the processes that write there may let a file grow (RLIMIT_FSIZE), set from outside.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export type Place = 'data' | 'objects' | 'logs';

const SIZES: Readonly<Record<Place, string>> = { data: '64m', objects: '24m', logs: '1m' };
const PAGE = 4096;

export class SmallDisks {
  readonly kind: 'mount' | 'namespace' | 'limit';
  readonly dataDir: string;
  /** What a command is begun with, so that it sees the disks. */
  readonly prefix: readonly string[];
  readonly #holder: ChildProcess | null;
  /** Who writes to a place; for `limit`. */
  writersOf: (place: Place) => readonly number[] = () => [];

  private constructor(kind: SmallDisks['kind'], dataDir: string, holder: ChildProcess | null) {
    this.kind = kind;
    this.dataDir = dataDir;
    this.#holder = holder;
    this.prefix = holder === null ? [] : ['nsenter', '--preserve-credentials', '-U', '-m', '-t', String(holder.pid), '--'];
  }

  static async make(folder: string): Promise<SmallDisks> {
    const dataDir = join(folder, 'data');
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (process.getuid?.() === 0 && spawnSync('sh', ['-ec', mounting(dataDir)]).status === 0) return new SmallDisks('mount', dataDir, null);
    const holder = await holdNamespace(dataDir);
    return holder ? new SmallDisks('namespace', dataDir, holder) : new SmallDisks('limit', dataDir, null);
  }

  /** Not a byte is left, but for a hole of some pages of 4 KiB. */
  fill(place: Place, holePages = 0): void {
    if (this.kind === 'limit') {
      this.#limit(place, String(Math.max(1, holePages * PAGE)));
      return;
    }
    const ballast = join(this.#pathOf(place), 'ballast');
    // Appended, so that what is full stays full until the hole is made.
    this.run(`head -c 1G /dev/zero >> '${ballast}' 2>/dev/null || true; truncate -s -${holePages * PAGE} '${ballast}'`);
  }

  makeRoom(place: Place): void {
    if (this.kind === 'limit') this.#limit(place, 'unlimited');
    else this.run(`rm -f '${join(this.#pathOf(place), 'ballast')}'`);
  }

  /** Paths below a place of files with this name. */
  find(place: Place, name: string): string[] {
    const path = this.#pathOf(place);
    const found = this.run(`find '${path}' -name '${name}' -type f`);
    return found
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.slice(path.length + 1));
  }

  run(script: string): string {
    const [command = 'sh', ...rest] = [...this.prefix, 'sh', '-c', script];
    const { stdout, stderr, status } = spawnSync(command, rest, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
    return stdout;
  }

  close(): void {
    if (this.kind === 'mount') {
      for (const place of ['logs', 'objects', 'data'] as const) spawnSync('umount', ['-l', this.#pathOf(place)]);
    }
    this.#holder?.kill('SIGKILL');
  }

  #pathOf(place: Place): string {
    return place === 'data' ? this.dataDir : join(this.dataDir, place);
  }

  #limit(place: Place, bytes: string): void {
    for (const pid of this.writersOf(place)) spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
  }
}

function mounting(dataDir: string): string {
  const mount = (path: string, place: Place) => `mkdir -p '${path}'; mount -t tmpfs -o size=${SIZES[place]},mode=700 tmpfs '${path}'`;
  return [mount(dataDir, 'data'), mount(join(dataDir, 'objects'), 'objects'), mount(join(dataDir, 'logs'), 'logs')].join('; ');
}

/** A process that keeps the namespace; null where the system allows none. */
async function holdNamespace(dataDir: string): Promise<ChildProcess | null> {
  const holder = spawn('unshare', ['-Urm', 'sh', '-ec', `${mounting(dataDir)}; echo mounted; exec sleep 86400`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const isMounted = await new Promise<boolean>((resolve) => {
    holder.once('error', () => resolve(false));
    holder.once('exit', () => resolve(false));
    holder.stdout.once('data', () => resolve(true));
  });
  return isMounted ? holder : null;
}
