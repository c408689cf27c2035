import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { keptDeployment } from '../../../lib/domain/plan/kept-deployment.ts';
import { locksOfObject } from '../../../lib/domain/plan/lock-names.ts';
import type { PlannedDeployment, Replay } from '../../../lib/domain/plan/plan.ts';
import type { Cluster, WorkloadView, Write } from '../../../lib/domain/ports.ts';
import { changeItem } from '../../../lib/domain/record/change.ts';
import type { ClusterRow } from '../../../lib/domain/record/cluster-row.ts';
import { messageIn } from '../../../lib/domain/record/inbox-message.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import {
  type CaptureRow,
  type ItemRow,
  itemOf,
  type LockRow,
  type Release,
  type Run,
  rowOf,
  type TurnRow,
} from '../../../lib/domain/record/rows.ts';
import { expectedOf } from '../../../lib/domain/targets/superseded.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import { writePlan } from '../../../lib/usecases/plan/plan-store.ts';
import { type Captured, captureBaseline } from '../../../lib/usecases/rollout/capture-baseline.ts';
import { viewOf } from '../../domain/rollout/objects.ts';
import { makeWorld, planned } from '../batch/api-world.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';

const away = new FlotillaError('ClusterUnavailable', 'no route');

interface Setting {
  readonly views?: readonly (WorkloadView | Error)[];
  readonly recorded?: Partial<Release>;
  /** The namespace in the record, where it differs. */
  readonly deployedTo?: string;
  readonly earlier?: CaptureRow;
  readonly deployment?: Partial<PlannedDeployment>;
  /** What the cluster says of itself, time after time. The last one stays. */
  readonly identities?: readonly (readonly string[] | Error)[];
  /** Runs that already existed: this is a later attempt. */
  readonly runs?: readonly Run[];
  /** It restores this target, planned from this NOW. The second of its plan had replaced 3.0.1 with 3.0.2. */
  readonly undoes?: Partial<TargetRow>;
  /** Somebody has the same object, under another name of the cluster. */
  readonly busy?: boolean;
  /** More of its row, and of its turn. */
  readonly item?: Partial<ItemRow>;
  readonly turn?: Partial<TurnRow>;
}

const old = viewOf({ image: 'reg/app:3.0.1', revision: 1, generation: 1 });
const baseline = {
  ...{ exists: true, uid: 'd1', revision: '1/hash1', revision_number: 1, image: 'reg/app:3.0.1' },
  images: { app: 'reg/app:3.0.1' },
  conditions: {},
};

const inNamespace = (deployment: PlannedDeployment, namespace: string): PlannedDeployment => ({
  ...deployment,
  workload: { ...deployment.workload, namespace },
});

/** A deployment of 3.0.2 that is about to start where 3.0.1 runs. */
const captured = async (setting: Setting) => {
  const { views = [old], recorded, earlier, deployment: more, identities = [['kube-system:test']] } = setting;
  const { world, batchId: batch_id, deployment: original, item } = await aboutToStart();
  const undone = {
    batch_id,
    index: 1,
    target: original.target,
    state: 'verified',
    since: 5,
    ...setting.undoes,
  } as const;
  const replay: Replay = { kind: 'rollback', of: [], expects: expectedOf(undone) };
  const deployment = { ...original, ...more, ...(setting.undoes ? { replay } : {}) };
  if (more || setting.undoes) {
    const { plan } = await planned(world);
    await writePlan(world, batch_id, { ...plan, deployments: [deployment, { ...original, index: 1 }] });
  }
  const { target } = deployment;
  const release: Release = {
    version: '3.0.0',
    deployment: setting.deployedTo === undefined ? deployment : inNamespace(deployment, setting.deployedTo),
    origin: 'recorded',
    at: 1,
    batch_id: 'earlier',
    ...recorded,
  };
  await world.table.transact([
    ...(recorded ? [{ put: itemOf(keys.goodRelease(target), release) }] : []),
    ...(earlier ? [{ put: itemOf(keys.capture(batch_id, 0), earlier) }] : []),
    ...(setting.undoes
      ? [{ put: itemOf(keys.capture(batch_id, 1), { baseline }) }, { put: itemOf(keys.targetNow(target), undone) }]
      : []),
    ...(setting.busy ? busyUnder('twin', deployment) : []),
    ...(setting.runs ? begunAgain(item, setting.runs) : []),
    ...(setting.item ? [{ update: keys.item(batch_id, 0), set: setting.item as JsonObject }] : []),
    ...(setting.turn ? [{ update: keys.turn(batch_id, 0), set: setting.turn as JsonObject }] : []),
  ]);
  const left = [...views];
  const words = [...identities];
  let asked = 0;
  const waits: number[] = [];
  const clock = {
    now: () => world.clock.time,
    sleep: async (milliseconds: number) => void waits.push(milliseconds),
  };
  const cluster = {
    address: 'https://cluster#ca',
    identify: async () => {
      asked += 1;
      const said = words.length === 1 ? words[0]! : words.shift()!;
      if (said instanceof Error) throw said;
      return said;
    },
    read: async ([workload]: readonly unknown[]) => {
      expect(workload).toEqual(deployment.workload);
      const view = left.length === 1 ? left[0]! : left.shift()!;
      if (view instanceof Error) throw view;
      return [view];
    },
  } as Partial<Cluster> as Cluster;
  const deps = { ...world.deps, clock, cluster: async () => cluster };
  const given = await captureBaseline(deps, { batch_id, index: 0 }).catch((error: Error) => error);
  const row = rowOf<CaptureRow>(await world.table.get(keys.capture(batch_id, 0)));
  const { items } = await world.table.query({ pk: 'INBOX', limit: 10 });
  const told = items.map(messageIn).filter((message) => message?.type !== 'planned');
  const after = rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!;
  return { given, row, waits, asked, deployment, release, now: world.clock.time, told, after };
};

const begunAgain = (item: ItemRow, runs: readonly Run[]): readonly Write[] =>
  changeItem(item, { ...item, attempt: 2, runs: [...runs] }, { at: 0, actor: 'test' }).writes;

/** Another name of the same cluster, and the lock that somebody holds under that name. */
const busyUnder = (name: string, { workload }: PlannedDeployment): Write[] => {
  const lock: LockRow = {
    ...{ name: locksOfObject(workload, [name])[0]!, batch_id: 'other', index: 0, key: 'shared/x', fence: 9 },
    state: 'held',
  };
  const row: ClusterRow = {
    ...{ cluster: name, fingerprint: 'any', at: 0 },
    ...{ names: [name], identities: ['kube-system:test'] },
  };
  return [{ put: itemOf(keys.lock(lock.name), lock) }, { put: itemOf(keys.cluster(name), row) }];
};

test('keeps what runs now: the baseline, and the release to return to', async () => {
  const { given, row, waits, deployment, now } = await captured({});
  expect(given).toEqual({
    ...{ attempt: 1, timeout_seconds: deployment.timeout, wait_seconds: 21_600 + 86_400 },
    ...{ on_cluster: false, restore_on_cluster: false },
  });
  const previous = {
    version: '3.0.1',
    image: 'reg/app:3.0.1',
    deployment: keptDeployment(deployment),
    origin: 'observed',
    at: now,
    batch_id: '',
  };
  expect(row).toMatchObject({ attempt: 1, baseline, previous });
  expect(waits).toEqual([]);
});

const ofHarness: PlannedDeployment['executor'] = { account: 'harness:acme', name: 'harness', settings: {} };
const ofCluster: PlannedDeployment['executor'] = { account: 'kubernetes:eu-1', name: 'kubernetes', settings: {} };

test.each([
  ['Harness deploys, and did before', ofHarness, ofHarness, [false, false]],
  ['Harness deploys what we deployed before', ofHarness, ofCluster, [false, true]],
  ['we deploy what Harness deployed before', ofCluster, ofHarness, [true, false]],
  ['we deploy, and did before', ofCluster, ofCluster, [true, true]],
  ['we deploy what was only observed before', ofCluster, undefined, [true, true]],
] as const)('knows who changes the cluster, before and now: %s', async (_, executor, before, wanted) => {
  const { deployment } = await captured({ deployment: { executor: before ?? executor } });
  const recorded = before === undefined ? {} : { recorded: { deployment, version: '3.0.1', image: 'reg/app:3.0.1' } };
  const { given } = await captured({ deployment: { executor }, ...recorded });
  expect([(given as Captured).on_cluster, (given as Captured).restore_on_cluster]).toEqual(wanted);
});

const digest = `sha256:${'1b'.repeat(32)}`;

test('forgets what a late call saw under a turn that was given back, and looks again', async () => {
  const { deployment, row: first } = await captured({ recorded: {} });
  const previous: Release = { version: '2.0.0', deployment, origin: 'recorded', at: 1, batch_id: 'long-ago' };
  const earlier = { attempt: 1, baseline: { ...baseline, uid: 'd0' }, previous };
  const [late, own] = [
    await captured({ recorded: {}, earlier: { ...earlier, fence: 6 } }),
    await captured({ earlier: { ...earlier, fence: 7 } }),
  ];
  expect([late.row?.previous?.version, late.row?.fence]).toEqual([first?.previous?.version, 7]);
  expect(own.row?.previous?.version).toBe('2.0.0');
});

describe('the release to return to is', () => {
  test.each<[what: string, Setting, release: string | undefined]>([
    ['the last verified one', { recorded: { version: '3.0.1', image: 'reg/app:3.0.1' } }, 'recorded 3.0.1'],
    [
      'another one that somebody has deployed',
      { recorded: { version: '3.0.0', image: 'reg/app:3.0.0' } },
      'observed 3.0.1',
    ],
    ['the same by another name', { recorded: { version: 'stable', image: 'reg/app:3.0.1' } }, 'recorded stable'],
    ['the same by another image', { recorded: { version: '3.0.1', image: 'other/app:3.0.1' } }, 'recorded 3.0.1'],
    [
      'the last verified one, where what runs is not healthy',
      { recorded: { version: '3.0.0' }, views: [viewOf({ image: 'reg/app:3.0.1', status: { readyReplicas: 0 } })] },
      'recorded 3.0.0',
    ],
    [
      'the last verified one, where nothing runs',
      { recorded: { version: '3.0.0' }, views: [{ revisions: [], pods: [] }] },
      'recorded 3.0.0',
    ],
    [
      'the last verified chart, whose version no cluster shows',
      { recorded: { version: '9.1', image: 'reg/app:2.9' }, deployment: { docker_artifact_type: 'helm' } },
      'recorded 9.1',
    ],
    [
      'what runs, where the last verified one was another object',
      { recorded: { version: '3.0.1', image: 'reg/app:3.0.1' }, deployedTo: 'elsewhere' },
      'observed 3.0.1',
    ],
    ['what runs by its digest', { views: [viewOf({ image: `reg/app@${digest}` })] }, `observed ${digest}`],
    [
      'none, where what runs is not healthy',
      { views: [viewOf({ image: 'reg/app:3.0.1', status: { readyReplicas: 0 } })] },
      undefined,
    ],
    ['none, where nothing runs', { views: [{ revisions: [], pods: [] }] }, undefined],
    ['none, where what runs has no version', { views: [viewOf({ image: 'reg/app' })] }, undefined],
    ['none, where it equals what is requested', { views: [viewOf({ image: 'reg/app:3.0.2' })] }, undefined],
    [
      'none, where what is requested was the last verified one',
      { recorded: { version: '3.0.2', image: 'reg/app:3.0.2' }, views: [viewOf({ image: 'reg/app:3.0.2' })] },
      undefined,
    ],
    [
      'the one found before the first attempt',
      { earlier: { attempt: 1, baseline, previous: { version: '2' } as Release } },
      'undefined 2',
    ],
    ['none, where none was found before the first attempt', { earlier: { attempt: 1, baseline } }, undefined],
  ])('%s', async (_, setting, release) => {
    const { row } = await captured(setting);
    const { previous } = row!;
    expect(previous && `${previous.origin} ${previous.version}`).toBe(release);
  });
});

test.each([
  ['which was gone before', { revisions: [], pods: [] }, { exists: false, ttl_seconds: 5 }],
  ['which is still there', old, baseline],
])('the last Job shows how soon a Job removes itself, %s', async (_, view, kept) => {
  const { row } = await captured({ views: [view], recorded: { ttl_seconds: 5 } });
  expect(row?.baseline).toEqual(kept);
});

describe('where several containers could be the service', () => {
  const two = (app: string, proxy: string) =>
    viewOf({
      containers: [
        { name: 'app', image: `reg/app:${app}` },
        { name: 'proxy', image: `reg/proxy:${proxy}` },
      ],
    });
  const images = { app: 'reg/app:3.0.1', proxy: 'reg/proxy:7' };
  const before = { exists: true, uid: 'd1', images };
  const runs: Run[] = [{ executor: 'harness:a', key: 'k', attempt: 1 }];
  test.each<[what: string, Setting, container: string | undefined, names: readonly string[] | undefined]>([
    ['nothing says it', { views: [two('3.0.1', '7')] }, undefined, ['app', 'proxy']],
    ['the previous release says it', { views: [two('3.0.1', '7')], recorded: { container: 'app' } }, 'app', undefined],
    [
      'the previous release says it for one that is gone',
      { views: [two('3.0.1', '7')], recorded: { container: 'web' } },
      undefined,
      ['app', 'proxy'],
    ],
    [
      'the previous attempt says it',
      { views: [two('3.0.2', '7')], runs, earlier: { attempt: 1, baseline: before } },
      'app',
      undefined,
    ],
    [
      'it was known at the previous attempt',
      { views: [two('3.0.1', '7')], runs, earlier: { attempt: 1, baseline: { ...before, container: 'app' } } },
      'app',
      undefined,
    ],
    [
      'the previous attempt changed nothing',
      { views: [two('3.0.1', '7')], runs, earlier: { attempt: 1, baseline: before } },
      undefined,
      ['app', 'proxy'],
    ],
  ])('%s', async (_, setting, container, names) => {
    const { row } = await captured(setting);
    expect([row?.baseline.container, row?.containers]).toEqual([container, names]);
  });
});

describe('before a rollback of one target', () => {
  const adopted = { state: 'adopted', version: '9', adopted: { by: 'ada' } } as const;
  test.each<[what: string, now: Partial<TargetRow>, image: string, isLeft: boolean]>([
    ['what the last one deployed', {}, '3.0.2', false],
    ['what that had found', {}, '3.0.1', false],
    ["somebody's hotfix", {}, '9', true],
    ["somebody's hotfix that was adopted, as the plan said", adopted, '9', false],
    ['another one since', adopted, '10', true],
  ])('%s is restored, or left as somebody has set it', async (_, undoes, image, isLeft) => {
    const view = viewOf({ image: `reg/app:${image}`, revision: 2 });
    const { row } = await captured({ undoes, views: [view] });
    expect(row?.overtaken?.running).toBe(isLeft ? image : undefined);
  });
});

describe('before another attempt', () => {
  const runs: Run[] = [{ executor: 'harness:a', key: 'k', attempt: 1 }];
  const at = (version: string, revision: number) => viewOf({ image: `reg/app:${version}`, revision });
  const message = 'the image is reg/app:9: neither reg/app:3.0.1, as before, nor version 3.0.2, as requested';

  test.each<[what: string, view: WorkloadView, overtaken: CaptureRow['overtaken']]>([
    ['ours', at('3.0.2', 2), undefined],
    ['the previous one', at('3.0.1', 1), undefined],
    ['the release to return to', at('3.0.0', 2), undefined],
    ['theirs', at('9', 2), { message, running: '9' }],
  ])('compares %s with what was there before the first', async (_, view, overtaken) => {
    const previous = { version: '3.0.0', deployment: (await aboutToStart()).deployment } as unknown as Release;
    for (const earlier of [
      { attempt: 1, baseline, previous },
      { attempt: 1, baseline: { exists: false }, first_baseline: baseline, previous },
    ]) {
      const { row } = await captured({ views: [view], runs, earlier });
      expect([row?.first_baseline, row?.overtaken]).toEqual([baseline, overtaken]);
    }
  });

  test('the first one, when called again, has none before it', async () => {
    const { row } = await captured({ views: [at('9', 2)], earlier: { attempt: 1, baseline } });
    expect([row?.first_baseline, row?.overtaken]).toEqual([undefined, undefined]);
  });
});

describe('a cluster that does not answer', () => {
  test('is asked again, with longer and longer waits', async () => {
    const { row, waits } = await captured({ views: [away, away, away, old] });
    expect([row?.baseline, waits]).toEqual([baseline, [1_000, 2_000, 4_000]]);
  });

  test('gives the turn back and keeps nothing: no deployment fails because a cluster was down for a moment', async () => {
    const { given, row, waits, told, after, deployment } = await captured({ views: [away] });
    expect(given).toMatchObject({ name: 'TurnReturned', message: 'no route' });
    expect([row, waits]).toEqual([undefined, [1_000, 2_000, 4_000]]);
    expect(after).toMatchObject({ status: 'PENDING', reason: 'ClusterUnavailable', step: 'turn', returns: 1 });
    const scope = { cluster: deployment.cluster };
    expect(told).toMatchObject([
      { type: 'outage', scope, seen: 'no route' },
      { type: 'returned', fence: 7 },
    ]);
  });

  test('is given up when that has lasted for an hour, and after an attempt that touched the target', async () => {
    for (const item of [{ away_since: makeWorld().clock.time - 3_600_000 }, { touched: true }] as const) {
      const { given, row, told } = await captured({ views: [away], item });
      expect([given, row, told.length]).toEqual([away, undefined, 1]);
    }
  });

  test('is reported when it answers the deployment that tries it', async () => {
    const { deployment, told } = await captured({});
    expect(told).toEqual([]);
    const scope = { cluster: deployment.cluster };
    const tried = await captured({ turn: { tries: [`cluster:${deployment.cluster}`] } });
    expect(tried.told).toMatchObject([{ type: 'answered', scope }]);
  });

  test('in another way is not asked again', async () => {
    const { given, waits } = await captured({ views: [new Error('a bug'), old] });
    expect([(given as Error).message, waits]).toEqual(['a bug', []]);
  });
});

describe('another deployment of the object, under another name of the cluster', () => {
  test('blocks before anything starts', async () => {
    const { given, row } = await captured({ busy: true });
    expect(given).toMatchObject({ name: 'ObjectBusy', details: { batch_id: 'other' } });
    expect(row).toBeUndefined();
  });

  test('does not block once there was a run: its changes may have to be undone', async () => {
    const runs: Run[] = [{ executor: 'harness:a', key: 'k', attempt: 1 }];
    const { given, asked } = await captured({ busy: true, runs, earlier: { attempt: 1, baseline } });
    expect(given).toMatchObject({ attempt: 2 });
    expect(asked).toBe(0);
  });

  test('is unknown while the cluster does not say which one it is: it is asked again', async () => {
    const { given, row, waits } = await captured({ identities: [away, ['kube-system:test']], busy: true });
    expect(given).toMatchObject({ name: 'ObjectBusy' });
    expect([row, waits]).toEqual([undefined, [1_000]]);
  });

  test('is never known where the cluster cannot say so: the turn goes back, as if it were unreachable', async () => {
    const { given, row, waits } = await captured({ identities: [away] });
    expect(given).toMatchObject({ name: 'TurnReturned', message: 'no route' });
    expect([row, waits]).toEqual([undefined, [1_000, 2_000, 4_000]]);
  });
});

describe('a turn that is held', () => {
  const turn = { state: 'held', held_by: '01GONE' } as const;

  test('goes back before the cluster is asked', async () => {
    const { given, row, after, told, asked } = await captured({ turn, views: [new Error('nobody is to ask')] });
    expect(given).toMatchObject({ name: 'TurnReturned' });
    expect([row, asked, after.reason]).toEqual([undefined, 0, 'Held']);
    expect(told).toMatchObject([{ type: 'returned', fence: 7 }]);
  });

  test('forgets what was captured under the previous turn: what ran days ago no longer counts', async () => {
    const { row } = await captured({ turn, earlier: { attempt: 1, baseline } });
    expect(row).toBeUndefined();
  });

  test('that was given back already leads to AwaitTurn again', async () => {
    const { given, told } = await captured({ item: { step: 'turn' }, views: [new Error('nobody is to ask')] });
    expect(given).toMatchObject({ name: 'TurnReturned' });
    expect(told).toEqual([]);
  });

  test('stays where an attempt has touched the target: Deploy says what follows', async () => {
    const { given, row } = await captured({ turn, item: { touched: true } });
    expect(given).toMatchObject({ attempt: 1 });
    expect(row).toBeDefined();
  });
});

test('captures nothing without a turn', async () => {
  const { world, batchId: batch_id } = await aboutToStart();
  const cluster = () => Promise.reject(new Error('nobody is to ask'));
  await expect(captureBaseline({ ...world.deps, cluster }, { batch_id, index: 1 })).rejects.toThrow(
    'deployment 1 has no turn',
  );
});
