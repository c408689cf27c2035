import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { Workload } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { type Baseline, captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { deployment, now, secondsAgo, viewOf } from './objects.ts';

/** The images that a workload was given, in order: of one container, or of all by name. */
type Given = readonly (string | Readonly<Record<string, string>>)[];

const specOf = (images: Given[number]): JsonObject => ({
  containers: Object.entries(typeof images === 'string' ? { app: images } : images).map(([name, image]) => ({
    ...{ name, image, readinessProbe: {} },
  })),
});

const annotationsOf = (number: number) => ({ 'deployment.kubernetes.io/revision': String(number) });

/** The cluster keeps all of it, and the last one is rolled out. The first one has the number 1. */
const kinds: Readonly<Record<'deployment' | 'statefulset', (given: Given) => WorkloadView>> = {
  deployment: (given) => {
    const { containers } = specOf(given.at(-1)!) as { readonly containers: JsonObject[] };
    const view = viewOf({ containers, revision: given.length });
    const [present] = view.revisions as { readonly metadata: JsonObject }[];
    const revisions = given.map((images, at) => ({
      metadata: {
        ...{ name: `app-hash${at + 1}`, ownerReferences: [{ uid: 'd1' }], annotations: annotationsOf(at + 1) },
        labels: { 'pod-template-hash': `hash${at + 1}` },
      },
      spec: { template: { spec: specOf(images) } },
    }));
    // Newest first: the order of a list says nothing.
    return { ...view, revisions: [{ ...present, ...revisions.at(-1)! }, ...revisions.slice(0, -1).reverse()] };
  },
  statefulset: (given) => ({
    workload: {
      metadata: { name: 'app', uid: 'd1', generation: 1 },
      spec: { replicas: 1, template: { spec: specOf(given.at(-1)!) } },
      status: {
        ...{ observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 },
        ...{ currentRevision: `app-${given.length}`, updateRevision: `app-${given.length}` },
      },
    },
    revisions: given.map((images, at) => ({
      metadata: { name: `app-${at + 1}`, ownerReferences: [{ uid: 'd1' }] },
      ...{ revision: at + 1, data: { spec: { template: { spec: specOf(images) } } } },
    })),
    pods: [
      {
        metadata: {
          ...{ name: 'app-0', uid: 'p0', creationTimestamp: secondsAgo(60) },
          labels: { 'controller-revision-hash': `app-${given.length}` },
        },
        spec: specOf(given.at(-1)!),
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      },
    ],
  }),
};

const warned = (images: string, before = 'reg/app:1', asked = 'version 2'): readonly string[] => [
  `${images} was there in between and was replaced: neither ${before}, as before, nor ${asked}, as requested. If it was somebody's hotfix, make sure it is in the version that runs now, or deploy it again`,
];

interface Case {
  readonly what: string;
  readonly before?: Given;
  readonly since: Given;
  readonly baseline?: Partial<Baseline>;
  readonly workload?: Partial<Workload>;
  readonly version?: string;
  readonly warnings: readonly string[];
}

const asked = 'reg/app:2';
const other = `reg/app@sha256:${'c'.repeat(64)}`;
const cases: readonly Case[] = [
  { what: 'the request', since: [asked], warnings: [] },
  { what: 'a hotfix, then the request', since: ['reg/app:1-fix', asked], warnings: warned('reg/app:1-fix') },
  { what: 'a hotfix by its digest', since: [other, asked], warnings: warned(other) },
  {
    what: 'several hotfixes, and one of them twice',
    since: ['reg/app:7', 'reg/app:8', 'reg/app:7', 'reg/app:9', asked],
    warnings: warned('reg/app:7, reg/app:8, reg/app:9'),
  },
  {
    what: 'more of them than are listed',
    since: ['reg/app:6', 'reg/app:7', 'reg/app:8', 'reg/app:9', asked],
    warnings: warned('reg/app:7, reg/app:8, reg/app:9'),
  },
  { what: 'two steps of the pipeline, both with the requested image', since: [asked, asked], warnings: [] },
  { what: 'two steps of the pipeline, one of them with the earlier image', since: ['reg/app:1', asked], warnings: [] },
  {
    what: 'the request, by its tag and then by its digest',
    since: [asked, `${asked}@sha256:${'d'.repeat(64)}`],
    version: `2@sha256:${'d'.repeat(64)}`,
    warnings: [],
  },
  { what: 'nothing after an earlier hotfix', before: ['reg/app:9', 'reg/app:1'], since: [asked], warnings: [] },
  {
    what: 'a hotfix, then the earlier image, which was requested again',
    before: [asked],
    since: ['reg/app:9', asked],
    warnings: warned('reg/app:9', asked),
  },
  {
    what: 'another image of a container next to it',
    before: [{ app: 'reg/app:1', proxy: 'reg/proxy:1' }],
    since: [
      { app: 'reg/app:1', proxy: 'reg/proxy:9' },
      { app: asked, proxy: 'reg/proxy:1' },
    ],
    workload: { container: 'app' },
    warnings: [],
  },
  {
    what: 'a hotfix of the only container that got the version',
    before: [{ app: 'reg/app:1', proxy: 'reg/proxy:1' }],
    since: [
      { app: 'reg/app:9', proxy: 'reg/proxy:1' },
      { app: asked, proxy: 'reg/proxy:1' },
    ],
    warnings: warned('reg/app:9'),
  },
  { what: 'a template of a recreated object', since: ['reg/app:9', asked], baseline: { uid: 'd0' }, warnings: [] },
  {
    what: 'a placeholder of a new object',
    since: ['reg/app:9', asked],
    baseline: { exists: false },
    warnings: [],
  },
];

describe('since the baseline', () => {
  it.each(
    cases.flatMap((one) => (['deployment', 'statefulset'] as const).map((kind) => [kind, one.what, one] as const)),
  )('a %s had %s', (kind, _, { before = ['reg/app:1'], since, baseline: more, version = '2', ...one }) => {
    const workload = { ...deployment, kind, ...one.workload };
    const captured = captureBaseline(workload, kinds[kind](before));
    const baseline = more?.exists === false ? { exists: false } : { ...captured, ...more };
    const view = kinds[kind]([...before, ...since]);
    const expected = { version, artifactType: 'docker' } as const;
    const { verdict, warnings = [] } = judgeRollout({ workload, expected, baseline, view, now });
    expect([verdict, warnings]).toEqual(['healthy', one.warnings]);
  });

  it('a chart brought another image: which of them were its own is unknown', () => {
    const baseline = captureBaseline(deployment, kinds.deployment(['reg/app:1']));
    const view = kinds.deployment(['reg/app:1', 'reg/app:9', 'reg/app:2']);
    const expected = { version: '5', artifactType: 'helm' } as const;
    const { warnings = [] } = judgeRollout({ workload: deployment, expected, baseline, view, now });
    expect(warnings.filter((warning) => warning.includes('meanwhile'))).toEqual([]);
  });
});
