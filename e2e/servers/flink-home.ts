/**
 * Apache Flink's own files in the versions that tests run, fetched once per machine: libraries and scripts from PyPI, the SQL Gateway and the Kafka
 * connector from Maven. Newer libraries come as a wheel (`pyflink/lib`), older ones as a source archive (`deps/lib`).
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, runOnce } from './process.ts';

/** The newest 2.x, and of 1.20 the newest whose SQL Gateway the registry has. Java 17 runs both. */
export const FLINK_VERSIONS = ['2.3.0', '1.20.3'] as const;
export type FlinkVersion = (typeof FLINK_VERSIONS)[number];

const UNPACK = `
import sys, zipfile, tarfile, glob, os
wheels, out = sys.argv[1:]
def keep(path, data):
    f = os.path.join(out, *path); os.makedirs(os.path.dirname(f), exist_ok=True); open(f, 'wb').write(data)
for f in glob.glob(f'{wheels}/*.whl'):
    z = zipfile.ZipFile(f)
    want = ('bin', 'lib', 'opt', 'plugins') if 'libraries' in os.path.basename(f) else ('bin', 'conf')
    for n in z.namelist():
        p = n.split('/')
        if p[0] == 'pyflink' and len(p) > 2 and p[1] in want and not n.endswith('/'): keep(p[1:], z.read(n))
for f in glob.glob(f'{wheels}/*.tar.gz'):
    with tarfile.open(f) as t:
        for m in t:
            p = m.name.split('/')
            if m.isfile() and len(p) > 3 and p[1] == 'deps' and p[2] in ('bin', 'lib', 'opt', 'plugins'): keep(p[2:], t.extractfile(m).read())
`;

/** Of each version: Maven's coordinates. Of 1.20 there is no connector that bundles what it needs. */
const KAFKA: Readonly<Record<FlinkVersion, { readonly artifact: string; readonly isBundle: boolean }>> = {
  '2.3.0': { artifact: 'flink-sql-connector-kafka:5.0.0-2.2', isBundle: true },
  '1.20.3': { artifact: 'flink-connector-kafka:3.4.0-1.20', isBundle: false },
};

/** bin, conf, lib, opt and plugins. */
export function flinkHome(version: FlinkVersion): string {
  const home = join(cacheFolder, `flink-${version}`);
  if (existsSync(home)) return home;
  const staging = `${home}.${process.pid}`;
  const wheels = join(staging, 'wheels');
  mkdirSync(wheels, { recursive: true });
  runOnce('pip', ['download', '-q', `apache-flink-libraries==${version}`, `apache-flink==${version}`, '--no-deps', '-d', wheels]);
  runOnce('python3', ['-c', UNPACK, wheels, staging]);
  rmSync(wheels, { recursive: true });
  for (const name of readdirSync(join(staging, 'bin'))) chmodSync(join(staging, 'bin', name), 0o755);
  const artifact = `org.apache.flink:flink-sql-gateway:${version}`;
  runOnce('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${join(staging, 'opt')}`]);
  renameSync(staging, home);
  return home;
}

const pomOf = (version: FlinkVersion, artifactId: string, connector: string) => `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tests</groupId>
  <artifactId>connector</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.flink</groupId><artifactId>${artifactId}</artifactId><version>${connector}</version></dependency>
    <dependency><groupId>org.apache.flink</groupId><artifactId>flink-connector-base</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;

/** Jars of the Kafka connector, in a folder of their own beside the libraries: benchmarks run without it. */
export function kafkaConnector(version: FlinkVersion): readonly string[] {
  const folder = join(cacheFolder, `flink-connectors-${version}`);
  const jars = () => readdirSync(folder).map((name) => join(folder, name));
  if (existsSync(folder)) return jars();
  const { artifact, isBundle } = KAFKA[version];
  const [artifactId, connector] = artifact.split(':') as [string, string];
  const staging = `${folder}.${process.pid}`;
  const into = `-DoutputDirectory=${join(staging, 'jars')}`;
  mkdirSync(join(staging, 'jars'), { recursive: true });
  if (isBundle) runOnce('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=org.apache.flink:${artifact}`, into]);
  else {
    writeFileSync(join(staging, 'pom.xml'), pomOf(version, artifactId, connector));
    runOnce('mvn', ['-q', '-B', '-f', join(staging, 'pom.xml'), 'dependency:copy-dependencies', '-DincludeScope=runtime', into]);
  }
  renameSync(join(staging, 'jars'), folder);
  rmSync(staging, { recursive: true, force: true });
  return jars();
}
