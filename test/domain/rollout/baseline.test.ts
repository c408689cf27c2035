import { describe, expect, it } from 'vitest';
import type { Workload } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { deployment, viewOf } from './objects.ts';

const template = {
  spec: { initContainers: [{ name: 'init', image: 'reg/init:1' }], containers: [{ name: 'app', image: 'reg/app:1' }] },
};
const metadata = { name: 'app', uid: 'u1', generation: 4 };
const of = (kind: Workload['kind']): Workload => ({ ...deployment, kind });
const revision = (name: string, number: number) => ({
  metadata: { name, labels: { 'controller-revision-hash': name }, ownerReferences: [{ uid: 'u1' }] },
  revision: number,
});

const cases: readonly { kind: Workload['kind']; view: WorkloadView; revision: string }[] = [
  {
    kind: 'statefulset',
    view: {
      workload: { metadata, spec: { template, replicas: 3 }, status: { updateRevision: 'app-5f' } },
      revisions: [],
      pods: [],
    },
    revision: 'app-5f',
  },
  {
    kind: 'daemonset',
    view: {
      workload: { metadata, spec: { template } },
      revisions: [revision('app-1', 3), revision('app-2', 2)],
      pods: [],
    },
    revision: 'app-1',
  },
  { kind: 'job', view: { workload: { metadata, spec: { template } }, revisions: [], pods: [] }, revision: 'u1' },
  {
    kind: 'cronjob',
    view: { workload: { metadata, spec: { jobTemplate: { spec: { template } } } }, revisions: [], pods: [] },
    revision: '4',
  },
  { kind: 'pod', view: { workload: { metadata, spec: template.spec }, revisions: [], pods: [] }, revision: 'u1' },
];

describe('a baseline', () => {
  it('of a deployment holds revision number and template hash, images and replicas', () => {
    expect(captureBaseline(deployment, viewOf({}))).toEqual({
      exists: true,
      uid: 'd1',
      generation: 2,
      revision: '2/hash2',
      images: { app: 'reg/app:2' },
      replicas: 2,
      container: 'app',
      image: 'reg/app:2',
    });
  });

  it.each(cases)('of a $kind knows its revision', ({ kind, view, revision: expected }) => {
    expect(captureBaseline(of(kind), view)).toMatchObject({
      exists: true,
      uid: 'u1',
      revision: expected,
      images: { init: 'reg/init:1', app: 'reg/app:1' },
      container: 'app',
    });
  });

  it('of nothing says that there was nothing', () => {
    expect(captureBaseline(deployment, { revisions: [], pods: [] })).toEqual({ exists: false, images: {} });
  });

  it('names no main container when it cannot be told', () => {
    const view = viewOf({
      containers: [
        { name: 'a', image: 'reg/a:1' },
        { name: 'b', image: 'reg/b:1' },
      ],
    });
    expect(captureBaseline(deployment, view).container).toBeUndefined();
    expect(captureBaseline({ ...deployment, image: 'reg/b' }, view)).toMatchObject({
      container: 'b',
      image: 'reg/b:1',
    });
    expect(captureBaseline({ ...deployment, container: 'a' }, view)).toMatchObject({ container: 'a' });
  });

  it('fits a table row with a hundred containers', () => {
    const containers = Array.from({ length: 100 }, (_, index) => ({
      name: `c${index}`,
      image: `reg.example/team/app-${index}:1`,
    }));
    expect(JSON.stringify(captureBaseline(deployment, viewOf({ containers }))).length).toBeLessThan(10_000);
  });
});
