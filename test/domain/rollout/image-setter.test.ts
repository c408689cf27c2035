import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { setBy } from '../../../lib/domain/rollout/image-setter.ts';
import { anothersImage } from '../../../lib/domain/rollout/whose-image.ts';
import { deployment } from './objects.ts';

const imageOf = (name: string): JsonObject => ({
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { [`k:{"name":"${name}"}`]: { 'f:image': {} } } } } },
});
const replicas: JsonObject = { 'f:spec': { 'f:replicas': {} } };
const entry = (manager: string, time: string, fieldsV1: JsonObject): JsonObject => ({ manager, time, fieldsV1 });

test.each<[what: string, managedFields: readonly JsonObject[], told: string]>([
  ['unknown', [], ''],
  ['one manager', [entry('kubectl-set', '2026-01-01T00:00:00Z', imageOf('app'))], ' (set by kubectl-set)'],
  ['one with other fields', [entry('autoscaler', '2026-01-01T00:00:00Z', replicas)], ''],
  ['Flotilla itself', [entry('flotilla', '2026-01-01T00:00:00Z', imageOf('app'))], ''],
  [
    'the last of several',
    [
      entry('kubectl-edit', '2026-01-02T00:00:00Z', imageOf('app')),
      entry('helm', '2026-01-01T00:00:00Z', imageOf('app')),
    ],
    ' (set by kubectl-edit)',
  ],
  [
    'not who set the image of another container',
    [
      entry('harness', '2026-01-01T00:00:00Z', imageOf('app')),
      entry('injector', '2026-01-02T00:00:00Z', imageOf('proxy')),
    ],
    ' (set by harness)',
  ],
  ['no list of fields', [{ manager: 'odd', fieldsV1: 1 }], ''],
])('reports who set an image: %s', (_, managedFields, told) => {
  expect(setBy({ workload: { ...deployment, container: 'app' } }, { metadata: { managedFields } })).toBe(told);
});

test('names the container and who set its image', () => {
  const containers = [{ name: 'app', image: 'reg/app:9' }];
  const metadata = { name: 'app', managedFields: [entry('kubectl-set', '2026-01-01T00:00:00Z', imageOf('app'))] };
  const look = {
    workload: deployment,
    expected: { version: '2', artifactType: 'docker' as const },
    baseline: { exists: true, image: 'reg/app:1', images: { app: 'reg/app:1' } },
    view: { workload: { metadata, spec: { template: { spec: { containers } } } }, revisions: [], pods: [] },
  };
  expect(anothersImage(look)).toBe(
    'the image is reg/app:9 (set by kubectl-set): neither reg/app:1, as before, nor version 2, as requested',
  );
});
