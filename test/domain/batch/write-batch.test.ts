import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch, Deployment } from '../../../lib/domain/batch/batch.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { writeBatch } from '../../../lib/domain/batch/write-batch.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';

const { catalogue } = simulatedConfiguration();

const read = (text: string, from = catalogue): Batch => {
  const parsed = parseBatch(text, from);
  if (!('batch' in parsed)) throw new Error(JSON.stringify(parsed.issues));
  return parsed.batch;
};

/** Defaults that differ from the format's. */
const withDefaults: Catalogue = {
  ...catalogue,
  defaults: { timeout: 77, retry_count: 1, priority: 9, rollback_strategy: 'none', docker_artifact_type: 'helm' },
};

const withoutLines = ({ deployments, ...batch }: Batch) => ({
  ...batch,
  deployments: deployments.map(({ line: _, ...one }: Deployment) => one),
});

const examples = join(import.meta.dirname, '..', '..', '..', 'examples');
const files = readdirSync(examples).filter((name) => {
  if (!/\.(?:ya?ml|json)$/.test(name)) return false;
  const text = readFileSync(join(examples, name), 'utf8');
  return /^deployments:/m.test(text) && 'batch' in parseBatch(text, catalogue);
});

test('there are examples', () => expect(files.length).toBeGreaterThan(1));

test.each(files)('writes %s so that it reads as the same batch', (name) => {
  const batch = read(readFileSync(join(examples, name), 'utf8'));
  const text = writeBatch({ ...batch, comments: ['A line\nand: another'] });
  expect(text.startsWith('# A line and: another\nversion: v1.0\n')).toBe(true);
  expect(withoutLines(read(text))).toEqual(withoutLines(batch));
});

test('any batch reads as the same batch', () => {
  const deployment = fc.record({
    docker_image_version: fc.constantFrom('1.10', '2', 'null', 'true', '1e3', `2.4.0@sha256:${'a'.repeat(64)}`),
    docker_artifact_type: fc.constantFrom('docker', 'helm', 'kustomize'),
    environment_id: fc.constantFrom('staging', '1.10', 'true'),
    priority: fc.integer({ min: 1, max: 10 }),
    timeout: fc.constantFrom(60, 1800, 3600),
    retry_count: fc.integer({ min: 0, max: 5 }),
    tags: fc.array(
      fc.string({ maxLength: 20 }).filter((tag) => /^[^<>{}$\0]*$/.test(tag) && tag.isWellFormed()),
      {
        maxLength: 3,
      },
    ),
    rollback_strategy: fc.constantFrom('automatic', 'manual', 'none'),
    health_check: fc.constantFrom(
      { enabled: true },
      { enabled: false },
      { enabled: true, path: '/health', port: 8080, timeout: 3 },
    ),
    crash_tolerance: fc.constantFrom(undefined, 0, 7),
    steady_seconds: fc.constantFrom(undefined, 0, 60),
    unblock: fc.constantFrom(undefined, true, false),
    at_once: fc.constantFrom(undefined, true),
  });
  fc.assert(
    fc.property(fc.array(deployment, { minLength: 1, maxLength: 6 }), fc.string({ maxLength: 50 }), (drawn, author) => {
      fc.pre(!author.includes('\0') && author.isWellFormed());
      const deployments = drawn.map(
        (one, at): Deployment =>
          JSON.parse(
            JSON.stringify({
              ...{ position: at + 1, key: `shared/s${at}`, pillar: 'shared', service_name: `s${at}` },
              ...{ infrastructure_id: 'cluster-eu-1', executor: 'harness' },
              dependencies: at === 0 ? [] : [`shared/s${at - 1}`],
              ...one,
            }),
          ),
      );
      const strategy = { mode: 'parallel', max_concurrency: 3, on_failure: 'stop' } as const;
      const batch = { version: 'v1.0', metadata: { name: 'A batch', author }, strategy, deployments };
      for (const from of [catalogue, withDefaults]) {
        const parsed = withoutLines(read(writeBatch({ ...batch, comments: [] }), from));
        expect(JSON.parse(JSON.stringify(parsed))).toEqual(batch);
      }
    }),
  );
});

const several = (web: string) => `version: v1.0
defaults: { environment_id: staging, infrastructure_id: [cluster-eu-1, cluster-us-1], docker_artifact_type: docker }
releases: { shared: { db: "1", web: ${web}, one: { version: "2", infrastructure_id: cluster-us-1 } } }`;

test('writes a service on several infrastructures as one item with a list', () => {
  const batch = read(several('{ version: "1", dependencies: [db] }'));
  const text = writeBatch({ ...batch, comments: [] });
  expect(text.match(/"infrastructure_id": ?\["cluster-eu-1","cluster-us-1"\]/g)).toHaveLength(2);
  expect(withoutLines(read(text))).toEqual(withoutLines(batch));
});

test('writes separate items, which a retry can read, if its deployments differ', () => {
  const batch = read(several('{ version: "1", dependencies: [{ key: db, same_infrastructure: true }] }'));
  const text = writeBatch({ ...batch, comments: [] });
  const again = parseBatch(text, catalogue, { isRepeated: true });
  if (!('batch' in again)) throw new Error(JSON.stringify(again.issues));
  const shown = ({ deployments }: Batch) =>
    deployments.map(({ infrastructure_id, service_name, dependencies }) => [
      service_name,
      infrastructure_id,
      dependencies,
    ]);
  expect(shown(again.batch)).toEqual(shown(batch));
  expect(parseBatch(text, catalogue)).toMatchObject({ issues: [{ code: 'Duplicate' }] });
});
