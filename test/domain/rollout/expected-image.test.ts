import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { Workload } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { isExpectedImage } from '../../../lib/domain/rollout/expected-image.ts';
import { imageFinding, imagesToRemember, imageWarning } from '../../../lib/domain/rollout/image-finding.ts';
import type { Expected, Look, Progress } from '../../../lib/domain/rollout/judgement.ts';
import { deployment, now, toldOf, viewOf } from './objects.ts';

const digest = `sha256:${'1b'.repeat(32)}`;
const other = `sha256:${'2c'.repeat(32)}`;
const nothing: WorkloadView = { revisions: [], pods: [] };
const docker: Expected = { version: '2', artifactType: 'docker' };
const helm: Expected = { version: '9.1', artifactType: 'helm' };
const byDigest: Expected = { version: digest, artifactType: 'docker' };
const named: Workload = { ...deployment, image: 'reg/app' };
const app = (image: string): JsonObject => ({ name: 'app', image });
const proxy: JsonObject = { name: 'proxy', image: 'reg/proxy:7' };

/** Pods whose containers run these images: name and `imageID`. */
const running = (...ids: readonly (readonly [name: string, imageID: string])[]): JsonObject => ({
  containerStatuses: ids.map(([name, imageID]) => ({ name, imageID })),
});

interface Case {
  readonly what: string;
  readonly workload?: Workload;
  readonly expected?: Expected;
  /** What ran before: version 1 of the same image by default. */
  readonly before?: WorkloadView;
  readonly view?: WorkloadView;
  readonly previous?: Partial<Progress>;
  readonly is: boolean | undefined;
  /** The problem. Nothing if the rules of the kind may judge. */
  readonly told?: string;
}

const lookOf = ({ workload = deployment, expected = docker, view = viewOf(), ...rest }: Case): Look => ({
  ...{ workload, expected, view, now },
  baseline: captureBaseline(workload, rest.before ?? viewOf({ image: 'reg/app:1', revision: 1 })),
  ...(rest.previous && { previous: { first_seen: {}, saw_expected: false, ...rest.previous } }),
});

const cases: readonly Case[] = [
  { what: 'the version', is: true },
  { what: 'no workload', view: nothing, is: false },
  {
    what: 'the old image',
    view: viewOf({ image: 'reg/app:1' }),
    is: false,
    told: 'waiting, ImageNotUpdated: the image is still reg/app:1; version 2 is awaited',
  },
  {
    what: 'the old image, of a repository',
    workload: named,
    view: viewOf({ image: 'reg/app:1' }),
    is: false,
    told: 'waiting, ImageNotUpdated: the image is still reg/app:1; reg/app:2 is awaited',
  },
  {
    what: 'the old image, and a request for a digest of a repository',
    workload: named,
    expected: byDigest,
    view: viewOf({ containers: [app(`reg/app:1@${other}`)] }),
    before: viewOf({ containers: [app(`reg/app:1@${other}`)], revision: 1 }),
    is: false,
    told: `waiting, ImageNotUpdated: the image is still reg/app:1@${other}; reg/app@${digest} is awaited`,
  },
  {
    what: 'the old image, and a request for a whole reference',
    expected: { ...helm, image: 'reg/app:4' },
    view: viewOf({ image: 'reg/app:1' }),
    is: false,
    told: 'waiting, ImageNotUpdated: the image is still reg/app:1; reg/app:4 is awaited',
  },
  {
    what: 'a third image',
    view: viewOf({ image: 'reg/app:3' }),
    is: false,
    told: 'failing, Superseded: the image is reg/app:3: neither reg/app:1, as before, nor version 2, as requested',
  },
  {
    what: 'another image if there was nothing before',
    before: nothing,
    view: viewOf({ image: 'reg/app:3' }),
    is: false,
    told: 'failing, WrongImage: version 2 was requested, but the new deployment has reg/app:3',
  },
  {
    what: 'other images if there was nothing before, and none has to be the service',
    before: nothing,
    view: viewOf({ containers: [app('reg/app:3'), proxy] }),
    is: false,
    told: 'waiting, ImageNotUpdated: the image is still reg/app:3, reg/proxy:7; version 2 is awaited',
  },
  {
    what: 'another image of the requested repository, if there was nothing before',
    expected: { ...docker, image: 'reg/app' },
    before: nothing,
    view: viewOf({ containers: [app('reg/app:3'), proxy] }),
    is: false,
    told: 'failing, WrongImage: reg/app:2 was requested, but the new deployment has reg/app:3, reg/proxy:7',
  },
  {
    what: 'other images than before, if the container of the service is unknown',
    before: viewOf({ revision: 1, containers: [app('reg/app:1'), proxy] }),
    view: viewOf({ containers: [app('reg/app:3'), proxy] }),
    is: false,
    told: 'waiting, ImageNotUpdated: the image is still reg/app:3, reg/proxy:7; version 2 is awaited',
  },
  {
    what: 'another image after the expected one was seen',
    view: viewOf({ image: 'reg/app:1' }),
    previous: { saw_expected: true },
    is: false,
    told: 'failing, Superseded: the image was version 2, as requested, and is now reg/app:1 again, as before: it was put back',
  },
  { what: 'the expected one among others', view: viewOf({ containers: [proxy, app('reg/app:2')] }), is: true },
  {
    what: 'the expected one, in another container than the named one',
    workload: { ...deployment, container: 'proxy' },
    view: viewOf({ containers: [proxy, app('reg/app:2')] }),
    before: viewOf({ revision: 1, containers: [proxy, app('reg/app:1')] }),
    is: false,
    told: 'waiting, ImageNotUpdated: the image is still reg/proxy:7; version 2 is awaited',
  },
  {
    what: 'one of several that had it before, which proves nothing',
    view: viewOf({ containers: [app('reg/app:1'), { name: 'proxy', image: 'reg/proxy:2' }] }),
    before: viewOf({ revision: 1, containers: [app('reg/app:1'), { name: 'proxy', image: 'reg/proxy:2' }] }),
    is: false,
    told: "waiting, ImageNotUpdated: the image is still reg/app:1, reg/proxy:2; version 2 is awaited. That proxy had this version before proves nothing; name the service's `container` in the catalogue",
  },
  {
    what: 'all of several, whichever is the service',
    view: viewOf({ containers: [app('reg/app:2'), { name: 'proxy', image: 'reg/proxy:2' }] }),
    before: viewOf({ revision: 1, containers: [app('reg/app:2'), { name: 'proxy', image: 'reg/proxy:2' }] }),
    is: true,
  },
  {
    what: 'the version, from another repository than before',
    view: viewOf({ image: 'other/app:2' }),
    is: false,
    told: 'failing, RepositoryChanged: the image is other/app:2, of another repository than reg/app:1, as before; name the new one as `image` in the catalogue if it is meant',
  },
  {
    what: 'the version, from another repository than before, which is in the catalogue',
    workload: { ...deployment, image: 'other/app' },
    view: viewOf({ image: 'other/app:2' }),
    is: true,
  },
  {
    what: 'the version in a container of another name, from another repository than before',
    view: viewOf({ containers: [{ name: 'web', image: 'other/app:2' }] }),
    is: false,
    told: 'failing, RepositoryChanged: the image is other/app:2, of another repository than reg/app:1, as before; name the new one as `image` in the catalogue if it is meant',
  },
  { what: 'a chart without an image in the catalogue', expected: helm, is: undefined },
  { what: 'a chart whose image is the version', expected: { ...helm, version: '2' }, workload: named, is: true },
  { what: 'a whole reference', expected: { ...helm, image: 'reg/app:2' }, is: true },
  {
    what: "a repository that replaces the catalogue's",
    expected: { ...docker, image: 'reg/app' },
    workload: { ...named, image: 'reg/x' },
    is: true,
  },
  {
    what: 'a whole reference by its digest',
    expected: { ...helm, image: `reg/app@${digest}` },
    view: viewOf({ image: `reg/app@${digest}` }),
    is: true,
  },
  {
    what: 'a whole reference by its tag, if the spec has a digest too',
    expected: { ...helm, image: 'reg/app:2' },
    view: viewOf({ image: `reg/app:2@${digest}` }),
    is: false,
    told: `failing, Superseded: the image is reg/app:2@${digest}: neither reg/app:1, as before, nor reg/app:2, as requested`,
  },
  {
    what: 'a whole reference by its digest, under a tag of another repository',
    expected: { ...helm, image: `reg/app@${digest}` },
    view: viewOf({ image: 'other/app:2', podStatus: running(['app', `other/app@${digest}`]) }),
    is: false,
    told: `failing, Superseded: the image is other/app:2: neither reg/app:1, as before, nor reg/app@${digest}, as requested`,
  },
  {
    what: 'a whole reference by its digest, behind its tag',
    expected: { ...helm, image: `reg/app@${digest}` },
    view: viewOf({ podStatus: running(['app', `reg/app@${digest}`]) }),
    is: true,
  },
  {
    what: 'a version that is not a valid tag',
    expected: { ...docker, version: '1+2' },
    view: viewOf({ image: 'reg/app:1_2' }),
    is: false,
    told: 'failing, Superseded: the image is reg/app:1_2: neither reg/app:1, as before, nor version 1+2, as requested',
  },
  {
    what: 'the version of a chart',
    expected: { ...helm, version: '1+2' },
    workload: named,
    view: viewOf({ image: 'reg/app:1_2' }),
    is: true,
  },
  { what: 'a chart at the next look', expected: helm, previous: { images: { app: 'reg/app:2' } }, is: undefined },
  ...[
    ['another image', { app: 'reg/app:1' }, 'reg/app:2', undefined],
    ['a container less', { app: 'reg/app:2', proxy: 'reg/proxy:7' }, 'reg/app:2', undefined],
    ['a container more', { app: 'reg/app:2' }, 'reg/app:2, reg/proxy:7', [app('reg/app:2'), proxy]],
    [
      'a container of another name',
      { app: 'reg/app:2', x: 'reg/proxy:7' },
      'reg/app:2, reg/proxy:7',
      [app('reg/app:2'), proxy],
    ],
  ].map(
    ([what, images, is, containers]): Case => ({
      what: `a chart that has ${what} at the second look`,
      expected: helm,
      view: viewOf({ ...(containers ? { containers: containers as JsonObject[] } : {}) }),
      previous: { images: images as Record<string, string> },
      is: undefined,
      told: `failing, Superseded: the images changed again while 9.1 was verified; now ${is}`,
    }),
  ),
];

describe('the image is', () => {
  it.each(cases.map((one) => [one.what, one] as const))('%s', (_, one) => {
    const look = lookOf(one);
    const finding = imageFinding(look);
    expect([isExpectedImage(look), finding && toldOf(finding)]).toEqual([one.is, one.told]);
  });

  it.each<[what: string, ids: readonly (readonly [string, string])[], is: boolean | undefined]>([
    ['that digest', [['app', `reg/app@${digest}`]], true],
    ['another digest', [['app', `reg/app@${other}`]], false],
    [
      'that digest, and in another pod another',
      [
        ['app', `reg/app@${digest}`],
        ['app', `reg/app@${other}`],
      ],
      false,
    ],
    ['unknown before a container has started', [['app', '']], undefined],
    ['unknown from what another container runs', [['proxy', `reg/app@${digest}`]], undefined],
    [
      'that digest, whatever another container runs',
      [
        ['app', digest],
        ['proxy', other],
      ],
      true,
    ],
    [
      'that digest, even if one has not started yet',
      [
        ['app', digest],
        ['app', ''],
      ],
      true,
    ],
  ])('%s, if the spec has a tag and a digest is requested', (_, ids, is) => {
    const view = viewOf({ replicas: 1, podStatus: running(...ids) });
    expect(isExpectedImage({ workload: deployment, expected: byDigest, view })).toBe(is);
  });

  it('unknown, if one container may be it and the other is not', () => {
    const view = viewOf({
      containers: [app('reg/app:1'), { name: 'proxy', image: `reg/proxy@${other}` }],
      podStatus: {},
    });
    expect(isExpectedImage({ workload: deployment, expected: byDigest, view })).toBeUndefined();
  });

  it('the image in the spec, if the spec has a digest', () => {
    const view = viewOf({ image: `reg/app@${digest}`, podStatus: running(['app', other]) });
    expect(isExpectedImage({ workload: deployment, expected: byDigest, view })).toBe(true);
  });
});

test('remembers the images of the first look, if none can be compared', () => {
  const look = (more: Partial<Case>): Look => lookOf({ what: '', is: undefined, expected: helm, ...more });
  expect(imagesToRemember(look({}))).toEqual({ app: 'reg/app:2' });
  expect(imagesToRemember(look({ previous: { images: { app: 'reg/app:1' } } }))).toEqual({ app: 'reg/app:1' });
  expect(imagesToRemember(look({ expected: docker }))).toBeUndefined();
  expect(imagesToRemember(look({ view: nothing }))).toBeUndefined();
});

test('says in a success that the image was not compared', () => {
  const look = (more: Partial<Case>): Look => lookOf({ what: '', is: undefined, expected: helm, ...more });
  expect(imageWarning(look({}))).toBe(
    'the image was recorded, not compared: the catalogue names no image to compare with the version of a helm artifact; reg/app:2',
  );
  expect(imageWarning(look({ expected: docker }))).toBeUndefined();
  expect(imageWarning(look({ view: nothing }))).toBeUndefined();
});
