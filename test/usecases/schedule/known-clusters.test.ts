import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Cluster } from '../../../lib/domain/ports.ts';
import type { ClusterRow } from '../../../lib/domain/record/cluster-row.ts';
import { documentPaths, keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, type LockRow, rowOf } from '../../../lib/domain/record/rows.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import { planBatch } from '../../../lib/usecases/plan/plan-batch.ts';
import { checkAlone, noteCluster, readNamesOfClusters } from '../../../lib/usecases/schedule/known-clusters.ts';
import { makeWorld, submitted } from '../batch/api-world.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';

const unavailable = (): Promise<never> => Promise.reject(new FlotillaError('ClusterUnavailable', 'it does not answer'));

/** A cluster that only says who it is, and counts how often. */
const clusterAt = (address: string, identify: Cluster['identify']) => {
  const asked = { times: 0 };
  const cluster: Cluster = {
    address,
    identify: () => {
      asked.times += 1;
      return identify();
    },
    read: unavailable,
    logs: unavailable,
    probe: unavailable,
  };
  return { cluster, asked };
};
const known = (address: string, ...identities: readonly string[]) => clusterAt(address, async () => identities);

const sceneOf = (clusters: Readonly<Record<string, string>>, simulated = false) => {
  const world = makeWorld();
  const named = Object.entries(clusters).map(([name, known_as]) => [name, { simulated, known_as }] as const);
  const catalogue: Catalogue = { ...world.catalogue, clusters: Object.fromEntries(named) };
  const deps = { ...world.deps, catalogue: async () => catalogue };
  return {
    clock: world.clock,
    note: (name: string, { cluster }: { readonly cluster: Cluster }) =>
      noteCluster(deps, name, cluster).then(({ namesOf }) => namesOf),
    row: async (name: string) => rowOf<ClusterRow>(await world.table.get(keys.cluster(name))),
    names: async (name: string) => (await readNamesOfClusters(deps)).namesOf(name),
    /** With another configuration, on the same table. */
    changed: (known_as: string) => ({
      ...deps,
      catalogue: async () => ({ ...catalogue, clusters: { eu: { simulated: false, known_as } } }),
    }),
  };
};

describe('what is known of a cluster stays as first seen', () => {
  test('it is asked once, and stays what it was', async () => {
    const { note, row } = sceneOf({ eu: 'eks:eu' });
    const first = known('https://eu#1', 'arn:eu', 'kube-system:1');
    await note('eu', first);
    await note('eu', first);
    const other = known('https://eu#1', 'kube-system:2');
    await note('eu', other);
    expect([first.asked.times, other.asked.times]).toEqual([1, 0]);
    expect(await row('eu')).toMatchObject({ identities: ['arn:eu', 'kube-system:1'], names: ['eks:eu'] });
  });

  test('nothing is known of one that does not answer, and every caller hears so', async () => {
    const { note, row } = sceneOf({ eu: 'eks:eu' });
    await expect(note('eu', clusterAt('https://eu#1', unavailable))).rejects.toMatchObject({
      name: 'ClusterUnavailable',
    });
    expect(await row('eu')).toBeUndefined();
  });

  test('one that could not say who it is at all is asked again, once an hour, and keeps its names', async () => {
    const { note, row, names, clock } = sceneOf({ eu: 'eks:eu', blue: 'https://blue#1' });
    await note('blue', known('https://blue#1', 'kube-system:1'));
    const forbidden = known('https://eu#1', 'arn:eu', 'https://eu#1');
    for (const minutes of [0, 59, 1, 59]) {
      clock.time += minutes * 60_000;
      await note('eu', forbidden);
    }
    expect(forbidden.asked.times).toBe(2);
    expect(await names('eu')).toEqual(['eks:eu']);
    clock.time += 60_000;
    const allowed = known('https://eu#1', 'arn:eu', 'kube-system:1', 'https://eu#1');
    expect((await note('eu', allowed))('eu')).toEqual(['eks:eu', 'https://blue#1']);
    expect(await row('eu')).toMatchObject({ identities: ['arn:eu', 'kube-system:1', 'https://eu#1'] });
    clock.time += 24 * 3_600_000;
    await note('eu', allowed);
    expect(allowed.asked.times).toBe(1);
  });

  test('without a right on kube-system, a name in EKS and one of a kubeconfig are joined by their address', async () => {
    const { note, names } = sceneOf({ eu: 'eks:eu', blue: 'https://eu#1' });
    await note('eu', known('https://eu#1', 'arn:eu', 'https://eu#1'));
    expect([await names('eu'), await names('blue')]).toEqual([
      ['eks:eu', 'https://eu#1'],
      ['https://eu#1', 'eks:eu'],
    ]);
  });

  test('of callers that ask again at the same moment one writes, and nobody forgets what another has read', async () => {
    const { note, row, clock } = sceneOf({ eu: 'eks:eu' });
    await note('eu', known('https://eu#1', 'https://eu#1'));
    clock.time += 3_600_000;
    const answers = [['kube-system:1', 'https://eu#1'], ['https://eu#1']];
    await Promise.all(answers.map((identities) => note('eu', known('https://eu#1', ...identities))));
    expect((await row('eu'))?.identities).toContain('kube-system:1');
  });

  test.each([
    [false, ['kube-system:1', 'http://127.0.0.1:5000#']],
    [true, ['kube-system:1']],
  ])(
    'the address of a simulated one (%s) says nothing: it is another one after each start',
    async (simulated, kept) => {
      const { note, row } = sceneOf({ eu: 'eks:eu' }, simulated);
      const address = 'http://127.0.0.1:5000#';
      await note('eu', known(address, 'kube-system:1', address));
      expect((await row('eu'))?.identities).toEqual(kept);
    },
  );

  test.each([
    ['the same cluster: the old name is locked too', 'kube-system:1', ['https://new#1', 'https://old#1']],
    ['another cluster: it is not', 'kube-system:2', ['https://new#1']],
  ])('where its configuration leads to another address, of %s', async (_, identity, names) => {
    const { note, changed } = sceneOf({ eu: 'https://old#1' });
    await note('eu', known('https://old#1', 'kube-system:1'));
    const deps = changed('https://new#1');
    // Nobody has been there yet: it may be the same.
    const { namesOf, sureNamesOf } = await readNamesOfClusters(deps);
    expect([namesOf('eu'), sureNamesOf('eu')]).toEqual([['https://new#1', 'https://old#1'], ['https://new#1']]);
    const after = (await noteCluster(deps, 'eu', known('https://new#1', identity).cluster)).namesOf;
    expect(after('eu')).toEqual(names);
  });

  test('two names reached at the same moment: at least one of the two hears of the other', async () => {
    const { note, names } = sceneOf({ eu: 'https://eu#1', twin: 'https://twin#1' });
    const [eu, twin] = await Promise.all([
      note('eu', known('https://eu#1', 'kube-system:1')),
      note('twin', known('https://twin#1', 'kube-system:1')),
    ]);
    expect([eu('eu').length, twin('twin').length]).toContain(2);
    expect(await names('eu')).toEqual(['https://eu#1', 'https://twin#1']);
  });
});

test('a plan made again, after its cluster was reached, locks what it would have locked at first', async () => {
  const world = makeWorld();
  const batchId = await submitted(world);
  const task = { batch_id: batchId, execution_arn: 'arn' };
  const put = world.documents.put.bind(world.documents);
  world.documents.put = () => Promise.reject(new Error('given up'));
  await expect(planBatch(world.deps, task)).rejects.toThrow('given up');
  world.documents.put = put;
  const row: ClusterRow = {
    cluster: 'cluster-eu-1',
    fingerprint: '',
    identities: ['1'],
    names: ['old', 'cluster:cluster-eu-1'],
    at: 0,
  };
  await world.table.transact([{ put: itemOf(keys.cluster('cluster-eu-1'), row) }]);
  await planBatch(world.deps, task);
  const sheet = JSON.parse((await world.documents.get(documentPaths.schedule(batchId)))!) as Sheet;
  expect(sheet.locks?.[0]).toEqual(['/cluster:cluster-eu-1/shared/deployment/login-api']);
  expect(sheet.objects?.[0]).toBe('deployment shared/login-api on cluster-eu-1');
});

describe('a deployment that starts is alone on its object, by all names known by now', () => {
  const scene = async (lock: Partial<LockRow>) => {
    const { world, deployment, batchId } = await aboutToStart();
    const name = '/twin/shared/deployment/login-api';
    const row: LockRow = { name, batch_id: 'other', index: 3, key: 'shared/x', fence: 1, state: 'held', ...lock };
    await world.table.transact([{ put: itemOf(keys.lock(name), row) }]);
    const place = { batch_id: batchId, index: 0 };
    return (...names: readonly string[]) => checkAlone(world, deployment, { place, namesOf: () => names });
  };

  test.each([
    [
      'held',
      'shared/x of batch other works on deployment shared/login-api on cluster-eu-1, under another name of that cluster that was not known when this was planned. Deploy this again',
    ],
    [
      'unknown',
      'what shared/x of batch other did to deployment shared/login-api on cluster-eu-1, under another name of that cluster, is UNKNOWN. Resolve it first, then deploy this again',
    ],
  ] as const)('one that has it as %s blocks, and the message has its batch and key', async (state, message) => {
    const check = await scene({ state });
    await expect(check('cluster:cluster-eu-1', 'twin')).rejects.toMatchObject({
      ...{ name: 'ObjectBusy', message },
      details: { batch_id: 'other', key: 'shared/x' },
    });
    await check('cluster:cluster-eu-1', 'third');
  });

  test('also where the cluster has one name, which differs from the planned one', async () => {
    await expect((await scene({}))('twin')).rejects.toMatchObject({ name: 'ObjectBusy' });
  });

  test('one that only waits for it does not, nor the deployment itself', async () => {
    await (await scene({ state: 'reserved' }))('cluster:cluster-eu-1', 'twin');
    await (await scene({}))('cluster:cluster-eu-1');
  });
});
