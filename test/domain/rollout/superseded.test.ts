import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { Workload } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { type Baseline, captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { deployment, now, toldOf } from './objects.ts';

/** Revisions by number, as a controller keeps them: images of the only container, or the pod spec. */
type Kept = Readonly<Record<number, string>>;

const specOf = (image: string): JsonObject => ({ containers: [{ name: 'app', image }] });
const hashOf = (image: string): string => `hash${image.slice(-1)}`;
const nameOf = (image: string): string => `app-${hashOf(image)}`;
const owned = { ownerReferences: [{ uid: 'w' }] };

const replicaSets = (
  kept: Kept,
  annotation = 'deployment.kubernetes.io/revision',
  label = 'pod-template-hash',
): JsonObject[] =>
  Object.entries(kept).map(([number, image]) => ({
    metadata: {
      name: nameOf(image),
      annotations: { [annotation]: number },
      labels: { [label]: hashOf(image) },
      ...owned,
    },
    spec: { template: { spec: specOf(image) } },
  }));

const controllerRevisions = (kept: Kept): JsonObject[] =>
  Object.entries(kept).map(([number, image]) => ({
    metadata: { name: nameOf(image), labels: { 'controller-revision-hash': hashOf(image) }, ...owned },
    revision: Number(number),
    data: { spec: { template: { spec: specOf(image), $patch: 'replace' } } },
  }));

interface Stand {
  readonly image: string;
  readonly kept: Kept;
  readonly uid?: string;
  readonly generation?: number;
}

const kinds: Readonly<
  Record<'deployment' | 'statefulset' | 'daemonset' | 'rollout' | 'cronjob', (stand: Stand) => WorkloadView>
> = {
  deployment: ({ image, kept, uid = 'w' }) => ({
    workload: {
      metadata: { name: 'app', uid, annotations: { 'deployment.kubernetes.io/revision': newest(kept) } },
      spec: { template: { spec: specOf(image) } },
    },
    ...{ revisions: replicaSets(kept), pods: [] },
  }),
  statefulset: ({ image, kept, uid = 'w' }) => ({
    workload: {
      metadata: { name: 'app', uid },
      spec: { template: { spec: specOf(image) } },
      status: { updateRevision: nameOf(kept[Number(newest(kept))] ?? '') },
    },
    ...{ revisions: controllerRevisions(kept), pods: [] },
  }),
  daemonset: ({ image, kept, uid = 'w' }) => ({
    workload: { metadata: { name: 'app', uid }, spec: { template: { spec: specOf(image) } } },
    ...{ revisions: controllerRevisions(kept), pods: [] },
  }),
  rollout: ({ image, kept, uid = 'w' }) => ({
    workload: {
      metadata: { name: 'app', uid },
      spec: { template: { spec: specOf(image) } },
      status: { currentPodHash: hashOf(kept[Number(newest(kept))] ?? '') },
    },
    ...{ revisions: replicaSets(kept, 'rollout.argoproj.io/revision', 'rollouts-pod-template-hash'), pods: [] },
  }),
  cronjob: ({ image, uid = 'w', generation = 1 }) => ({
    workload: {
      metadata: { name: 'app', uid, generation },
      spec: { jobTemplate: { spec: { template: { spec: specOf(image) } } } },
    },
    ...{ revisions: [], pods: [] },
  }),
};

const newest = (kept: Kept): string => String(Math.max(...Object.keys(kept).map(Number)));

interface Case {
  readonly what: string;
  readonly kinds?: readonly (keyof typeof kinds)[];
  readonly before?: Stand;
  readonly baseline?: (baseline: Baseline) => Baseline;
  readonly now: Stand;
  readonly told: string;
}

const controlled = ['deployment', 'statefulset', 'daemonset', 'rollout'] as const;
const was = { image: 'reg/app:1', kept: { 4: 'reg/app:1', 3: 'reg/app:0' } };
const asked = 'version 2';
const replaced = `failing, Superseded: the image was ${asked}, as requested, and is now`;
const waits = `waiting, ImageNotUpdated: the image is still reg/app:1; ${asked} is awaited`;

/** All of them at the first look: the executor is done, and there was no look before. */
const cases: readonly Case[] = [
  {
    what: 'ours, then theirs',
    now: { image: 'reg/app:9', kept: { 6: 'reg/app:9', 5: 'reg/app:2', 4: 'reg/app:1' } },
    told: `${replaced} reg/app:9: somebody else changed it`,
  },
  {
    what: 'ours, then the earlier one again under a new number',
    now: { image: 'reg/app:1', kept: { 6: 'reg/app:1', 5: 'reg/app:2' } },
    told: `${replaced} reg/app:1 again, as before: it was put back`,
  },
  {
    what: 'ours, which existed long before, and then the earlier one again',
    before: { image: 'reg/app:1', kept: { 4: 'reg/app:1', 3: 'reg/app:2' } },
    now: { image: 'reg/app:1', kept: { 6: 'reg/app:1', 5: 'reg/app:2' } },
    told: `${replaced} reg/app:1 again, as before: it was put back`,
  },
  {
    what: 'ours, with no history, and then the earlier one again',
    now: { image: 'reg/app:1', kept: { 6: 'reg/app:1' } },
    told: 'failing, Superseded: the image is reg/app:1 again, as before: another template was there in between, and was reverted',
  },
  {
    what: 'theirs, and then the earlier one again, but never ours',
    now: { image: 'reg/app:1', kept: { 6: 'reg/app:1', 5: 'reg/app:9' } },
    told: waits,
  },
  {
    what: 'theirs, and nothing of ours',
    now: { image: 'reg/app:9', kept: { 5: 'reg/app:9', 4: 'reg/app:1' } },
    told: 'failing, Superseded: the image is reg/app:9: neither reg/app:1, as before, nor version 2, as requested',
  },
  { what: 'nothing new', now: was, told: waits },
  {
    what: 'nothing new, and ours from long before',
    before: { image: 'reg/app:1', kept: { 4: 'reg/app:1', 3: 'reg/app:2' } },
    now: { image: 'reg/app:1', kept: { 4: 'reg/app:1', 3: 'reg/app:2' } },
    told: waits,
  },
  {
    what: 'a recreated object, which had ours',
    now: { image: 'reg/app:1', uid: 'w', kept: { 2: 'reg/app:1', 1: 'reg/app:2' } },
    baseline: (baseline) => ({ ...baseline, uid: 'v' }),
    told: `${replaced} reg/app:1 again, as before: it was put back`,
  },
  {
    what: 'ours of another owner',
    now: { ...was, uid: 'x' },
    baseline: (baseline) => ({ ...baseline, uid: 'x' }),
    told: waits,
  },
  {
    what: 'a baseline of an earlier version, and ours was replaced',
    kinds: ['deployment'],
    baseline: ({ revision_number: _, images: __, ...old }) => old,
    now: { image: 'reg/app:1', kept: { 6: 'reg/app:1', 5: 'reg/app:2' } },
    told: `${replaced} reg/app:1 again, as before: it was put back`,
  },
  {
    what: 'a baseline of an earlier version that has no number',
    kinds: ['statefulset', 'daemonset'],
    baseline: ({ revision_number: _, images: __, ...old }) => old,
    now: { image: 'reg/app:1', kept: { 6: 'reg/app:1', 5: 'reg/app:2' } },
    told: waits,
  },
  {
    what: 'a kind without history, with theirs',
    kinds: ['cronjob'],
    now: { image: 'reg/app:9', kept: {} },
    told: 'failing, Superseded: the image is reg/app:9: neither reg/app:1, as before, nor version 2, as requested',
  },
  {
    what: 'a kind without history, as before',
    kinds: ['cronjob'],
    now: { image: 'reg/app:1', kept: {}, generation: 3 },
    told: waits,
  },
];

const baselineOf = (workload: Workload, kind: keyof typeof kinds, { before = was, baseline }: Case): Baseline => {
  const captured = captureBaseline(workload, kinds[kind](before));
  return baseline === undefined ? captured : baseline(captured);
};

describe('at the first look', () => {
  it.each(cases.flatMap((one) => (one.kinds ?? controlled).map((kind) => [kind, one.what, one] as const)))(
    'a %s has %s',
    (kind, _, one) => {
      const workload = { ...deployment, kind };
      const expected = { version: '2', artifactType: 'docker' } as const;
      const baseline = baselineOf(workload, kind, one);
      expect(toldOf(judgeRollout({ workload, expected, baseline, view: kinds[kind](one.now), now }))).toBe(one.told);
    },
  );
});

/** As a controller does it: a reused template keeps its place and gets the next number. */
const write = (kept: Kept, image: string): Kept => {
  const highest = Number(newest(kept));
  if (kept[highest] === image) return kept;
  return Object.fromEntries([...Object.entries(kept).filter(([, one]) => one !== image), [highest + 1, image]]);
};

describe('any changes since the baseline', () => {
  const images = fc.constantFrom('reg/app:1', 'reg/app:2', 'reg/app:9');

  it.each(controlled)('to a %s: superseded at the first look exactly if ours existed, or theirs does', (kind) => {
    const workload = { ...deployment, kind };
    const expected = { version: '2', artifactType: 'docker' } as const;
    fc.assert(
      fc.property(fc.array(images, { maxLength: 6 }), fc.array(images, { maxLength: 6 }), (before, since) => {
        const start = [...before, 'reg/app:1'].reduce<Kept>(write, { 1: 'reg/app:0' });
        const end = since.reduce<Kept>(write, start);
        const baseline = captureBaseline(workload, kinds[kind]({ image: 'reg/app:1', kept: start }));
        const image = end[Number(newest(end))]!;
        const { reason } = judgeRollout({
          workload,
          expected,
          baseline,
          view: kinds[kind]({ image, kept: end }),
          now,
        });
        const isOver = image === 'reg/app:9' || since.includes('reg/app:2');
        if (image === 'reg/app:2') expect(reason).not.toBe('Superseded');
        else expect(reason).toBe(isOver ? 'Superseded' : 'ImageNotUpdated');
      }),
    );
  });
});

describe('if several containers may be the service', () => {
  const two = (one: string, other: string): WorkloadView => {
    const containers = [one, other].map((image, at) => ({ name: `c${at}`, image }));
    const metadata = { name: 'app', uid: 'w', generation: 2 };
    return { workload: { metadata, spec: { template: { spec: { containers } } } }, revisions: [], pods: [] };
  };

  it.each<[what: string, view: WorkloadView, reason: string]>([
    ['each has an image that nobody requested', two('reg/app:3', 'reg/app:3'), 'Superseded'],
    ['one has', two('reg/app:3', 'reg/app:1'), 'ImageNotUpdated'],
    ['none is changed', two('reg/app:1', 'reg/app:1'), 'ImageNotUpdated'],
    ['one has what was requested', two('reg/app:2', 'reg/app:3'), 'GenerationNotObserved'],
  ])('%s', (_, view, reason) => {
    const baseline = captureBaseline(deployment, two('reg/app:1', 'reg/app:1'));
    const expected = { version: '2', artifactType: 'docker' } as const;
    expect(judgeRollout({ workload: deployment, expected, baseline, view, now }).reason).toBe(reason);
    const unknown = judgeRollout({ workload: deployment, expected, baseline: { exists: true, uid: 'w' }, view, now });
    expect(unknown.reason).not.toBe('Superseded');
  });
});

describe('during verification', () => {
  const workload = deployment;
  const baseline = captureBaseline(workload, kinds.deployment(was));
  const rolling = (template: JsonObject, more: JsonObject = {}): WorkloadView => {
    const view = kinds.deployment({ image: 'reg/app:2', kept: { 5: 'reg/app:2', 4: 'reg/app:1' } });
    const object = view.workload as { metadata: JsonObject; spec: { template: JsonObject } };
    const spec = { ...object.spec, ...more, template: { ...object.spec.template, ...template } };
    return { ...view, workload: { ...object, metadata: { ...object.metadata, generation: 2 }, spec } };
  };
  const annotated = { metadata: { annotations: { note: 'restarted' } } };

  it.each<[what: string, first: WorkloadView, then: WorkloadView, reason: string]>([
    ['nothing', rolling({}), rolling({}), 'GenerationNotObserved'],
    ['the number of replicas', rolling({}), rolling({}, { replicas: 7 }), 'GenerationNotObserved'],
    ['the template, with the same image', rolling({}), rolling(annotated), 'Superseded'],
    ['back what the executor wrote in two steps', rolling(annotated), rolling({}), 'Superseded'],
  ])('somebody changes %s', (_, first, then, reason) => {
    const look = { workload, expected: { version: '2', artifactType: 'docker' } as const, baseline, now };
    const { progress } = judgeRollout({ ...look, view: first });
    expect(judgeRollout({ ...look, view: then, previous: progress })).toMatchObject({ reason });
  });

  it.each(['job', 'pod'] as const)('others fill in a %s, which is not our change', (kind) => {
    const of = (more: JsonObject): WorkloadView => ({
      workload: {
        metadata: { name: 'app', uid: 'w' },
        spec: { ...specOf('reg/app:2'), template: { ...more, spec: { ...specOf('reg/app:2') } }, ...more },
      },
      ...{ revisions: [], pods: [] },
    });
    const look = { expected: { version: '2', artifactType: 'docker' } as const, baseline: { exists: false }, now };
    const one = { ...look, workload: { ...deployment, kind } };
    const { progress } = judgeRollout({ ...one, view: of({}) });
    const { reason } = judgeRollout({ ...one, view: of({ nodeName: 'n1' }), previous: progress });
    expect([progress.template, reason]).toEqual([undefined, expect.not.stringMatching('Superseded')]);
  });
});
