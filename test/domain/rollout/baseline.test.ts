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
  it('of a Deployment has the revision number, the template hash and the image', () => {
    expect(captureBaseline(deployment, viewOf({}))).toEqual({
      exists: true,
      uid: 'd1',
      revision: '2/hash2',
      revision_number: 2,
      image: 'reg/app:2',
      images: { app: 'reg/app:2' },
      conditions: {},
    });
  });

  it.each(cases)('of a $kind has its revision', ({ kind, view, revision: expected }) => {
    expect(captureBaseline(of(kind), view)).toMatchObject({
      exists: true,
      uid: 'u1',
      revision: expected,
      image: 'reg/app:1',
    });
  });

  it('of nothing says that there was nothing', () => {
    expect(captureBaseline(deployment, { revisions: [], pods: [] })).toEqual({ exists: false });
  });

  it('has no image if it is unknown', () => {
    const view = viewOf({
      containers: [
        { name: 'a', image: 'reg/a:1' },
        { name: 'b', image: 'reg/b:1' },
      ],
    });
    expect(captureBaseline(deployment, view).image).toBeUndefined();
    expect(captureBaseline({ ...deployment, image: 'reg/b' }, view)).toMatchObject({ image: 'reg/b:1' });
    expect(captureBaseline({ ...deployment, container: 'a' }, view)).toMatchObject({ image: 'reg/a:1' });
  });
});
