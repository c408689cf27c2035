import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** DynamoDB Local 3.x needs Java 17, and resolves only with a newer bill of materials of the SDK than its own. */
const ENGINE_VERSION = '3.3.1';
const SDK_VERSION = '2.54.15';
const MIN_JAVA = 17;
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>flotilla.test</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <dependencyManagement><dependencies><dependency>
    <groupId>software.amazon.awssdk</groupId><artifactId>bom</artifactId><version>${SDK_VERSION}</version>
    <type>pom</type><scope>import</scope>
  </dependency></dependencies></dependencyManagement>
  <dependencies><dependency>
    <groupId>software.amazon.dynamodb</groupId><artifactId>DynamoDBLocal</artifactId><version>${ENGINE_VERSION}</version>
  </dependency></dependencies>
</project>
`;

/** What a machine lacks for the engine, in words; empty when it has all. */
export const missingTools = (): readonly string[] => {
  const modules = spawnSync('java', ['--list-modules'], { encoding: 'utf8' });
  const java = Number(/^java\.base@(\d+)/m.exec(modules.stdout ?? '')?.[1] ?? 0);
  const hasCompiler = /^jdk\.compiler@/m.test(modules.stdout ?? '');
  const hasMaven = spawnSync('mvn', ['--version']).status === 0;
  return [
    ...(java >= MIN_JAVA ? [] : [`Java ${MIN_JAVA} or later (found ${java === 0 ? 'none' : java})`]),
    ...(java < MIN_JAVA || hasCompiler ? [] : ['a JDK: this Java is a runtime only, without compiler']),
    ...(hasMaven ? [] : ['Maven (mvn)']),
  ];
};

/** The folder of the engine's jar files, below the cache; fetched from Maven Central when it is not there. */
export const fetchEngine = (cache: string): string => {
  const home = join(cache, `${ENGINE_VERSION}-${SDK_VERSION}`);
  const lib = join(home, 'lib');
  if (existsSync(lib)) return lib;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'pom.xml'), pom);
  // Into a folder of its own first: an interrupted download must not look like a complete one.
  const partial = `lib-${process.pid}`;
  const args = ['-q', '-B', COPY, '-DincludeScope=runtime', `-DoutputDirectory=${partial}`];
  const { status } = spawnSync('mvn', args, { cwd: home, stdio: 'inherit' });
  if (status !== 0) {
    rmSync(join(home, partial), { recursive: true, force: true });
    throw new Error('Maven could not fetch DynamoDB Local from Maven Central');
  }
  renameSync(join(home, partial), lib);
  return lib;
};
