import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annotations } from '../../lib/domain/manifests/marks.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { all, autoscaler, configMap, deployment } from './kubernetes-texts.ts';
import { KubernetesWorld, type RequestChange, workload } from './kubernetes-world.ts';

/** Deletes and scales of the executor `kubernetes`, against the simulated API server without controllers. */

const account = (name: string): string => `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ${name}}\n`;
const claim = (name: string): string =>
  `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: ${name}}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n`;

const web = (spec = ''): string => deployment('web', { spec });
const release = all(web(), configMap('settings'), account('web'));

const deployed = async (text: string, change: RequestChange = {}, world = new KubernetesWorld()) => {
  const request = world.request({ batch: 'B1', text, ...change });
  await world.executor().start(request, 0);
  expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
  world.now += 1_000;
  world.writes.length = 0;
  return world;
};

const toDelete = { batch: 'B2', deployment: { action: 'delete' } } as const;
const toScale = (replicas: number, batch = 'B2'): RequestChange => ({
  batch,
  deployment: { action: 'scale', replicas },
});

/** Until it is over: looks, one after the other. */
const carriedOut = async (world: KubernetesWorld, change: RequestChange) => {
  const request = world.request(change);
  const started = await world.executor().start(request, 0);
  if (started.kind === 'rejected') return { request, reason: started.reason, message: started.message };
  const state = await world.state(request);
  return { request, reason: state?.raw, message: state?.failure?.message, state };
};

const replicasOf = (world: KubernetesWorld): unknown =>
  (world.find('Deployment', 'web')?.spec as { readonly replicas?: unknown } | undefined)?.replicas;

const there = (world: KubernetesWorld): readonly string[] =>
  (['Deployment', 'ConfigMap', 'ServiceAccount'] as const).filter(
    (kind) => world.find(kind, kind === 'ConfigMap' ? 'settings' : 'web') !== undefined,
  );

describe('a delete', () => {
  it('removes all of the release, dependencies last', async () => {
    const world = await deployed(release);
    const { reason } = await carriedOut(world, toDelete);
    expect(reason).toBe('Applied');
    expect(there(world)).toEqual([]);
    expect(world.writes).toEqual([
      'DELETE /apis/apps/v1/namespaces/shop/deployments/web',
      'DELETE /api/v1/namespaces/shop/configmaps/settings',
      'DELETE /api/v1/namespaces/shop/serviceaccounts/web',
    ]);
  });

  it('removes the remains of an earlier release, too', async () => {
    const world = await deployed(all(web(), configMap('settings')));
    await deployed(web(), { batch: 'B1b' }, world);
    await carriedOut(world, toDelete);
    expect(there(world)).toEqual([]);
  });

  it('of a missing workload succeeds, and deletes what is left of it', async () => {
    const empty = new KubernetesWorld();
    expect((await carriedOut(empty, toDelete)).reason).toBe('Applied');
    expect(empty.writes).toEqual([]);
    const world = await deployed(release);
    world.store.remove(world.find('Deployment', 'web')!);
    expect((await carriedOut(world, toDelete)).reason).toBe('Applied');
    expect(there(world)).toEqual([]);
  });

  it('removes a workload that somebody else has made, and nothing else of theirs', async () => {
    const world = new KubernetesWorld();
    world.others('kubectl', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } });
    const spec = {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'r/web:1' }] } },
    };
    world.others('kubectl', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec } as never);
    world.writes.length = 0;
    await carriedOut(world, toDelete);
    expect(there(world)).toEqual(['ConfigMap']);
  });

  it('leaves claims of volumes, and says so', async () => {
    const world = await deployed(all(web(), claim('data')));
    const { state } = await carriedOut(world, toDelete);
    expect(state?.warnings).toEqual([
      'Left in the cluster because others may keep data there: PersistentVolumeClaim shop/data.',
    ]);
    expect(world.find('PersistentVolumeClaim', 'data')).toBeDefined();
  });

  it('leaves objects of another target alone', async () => {
    const world = await deployed(release);
    const other = { target: 'prod/kube/shop/other', key: 'shop/other' };
    const { reason } = await carriedOut(world, { batch: 'B2', deployment: { ...other, action: 'delete', workload } });
    expect(reason).toBe('ObjectOfAnother');
    expect(there(world)).toEqual(['Deployment', 'ConfigMap', 'ServiceAccount']);
  });

  it('that comes late leaves alone what was deployed since', async () => {
    const world = await deployed(release);
    const { at } = world.request({});
    await deployed(release, { batch: 'B3', at: at + 50 }, world);
    const { reason } = await carriedOut(world, { ...toDelete, at });
    expect(reason).toBe('OvertakenByLater');
    expect(there(world)).toEqual(['Deployment', 'ConfigMap', 'ServiceAccount']);
  });

  it('waits for what finalizers keep', async () => {
    const world = await deployed(release);
    world.change('Deployment', 'web', (draft) => {
      Object.assign(draft.metadata, { finalizers: ['example.com/wait'] });
      draft.metadata.deletionTimestamp = new Date(world.now).toISOString();
    });
    const request = world.request(toDelete);
    await world.executor().start(request, 0);
    expect(await world.state(request)).toMatchObject({
      phase: 'running',
      raw: 'waits until Deployment shop/web is gone',
    });
    expect(there(world)).toEqual(['Deployment', 'ConfigMap', 'ServiceAccount']);
    world.store.remove(world.find('Deployment', 'web')!);
    expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
    expect(there(world)).toEqual([]);
  });

  it('deletes each once, and leaves alone what somebody creates again', async () => {
    const world = await deployed(release);
    const spec = {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'r/web:1' }] } },
    };
    let made = 0;
    world.fate = ({ method, path }) => {
      if (method !== 'GET' || !path.includes('/deployments/web') || there(world).includes('Deployment')) return;
      made += 1;
      world.others('argocd', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec } as never);
      return undefined;
    };
    const { request, reason } = await carriedOut(world, toDelete);
    expect([reason, made, there(world)]).toEqual(['Applied', 1, ['Deployment']]);
    expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
    expect(there(world)).toEqual(['Deployment']);
    expect(world.writes.filter((write) => write.endsWith('/deployments/web'))).toHaveLength(1);
    // A new request applies to the new object.
    world.fate = () => undefined;
    world.now += 1_000;
    expect((await carriedOut(world, { ...toDelete, batch: 'B3' })).reason).toBe('Applied');
    expect(there(world)).toEqual([]);
  });

  it('changes nothing if it is cancelled before it begins; later it goes on to its end', async () => {
    const world = await deployed(release);
    const request = world.request(toDelete);
    const executor = world.executor();
    await executor.cancel(request);
    expect(await world.state(request)).toMatchObject({ outcome: 'aborted', failure: { touched: false } });
    expect(there(world)).toHaveLength(3);
    const again = world.request({ ...toDelete, batch: 'B3' });
    world.fate = ({ path, isWrite }) => (isWrite && path.includes('configmaps') ? 'away' : undefined);
    await executor.start(again, 0);
    expect(there(world)).toEqual(['ConfigMap', 'ServiceAccount']);
    world.fate = () => undefined;
    await executor.cancel(again);
    expect(await world.state(again)).toMatchObject({ outcome: 'succeeded' });
    expect(there(world)).toEqual([]);
  });

  it('keeps all of it first, so that a restore can create it again without manifests', async () => {
    const world = await deployed(release);
    await carriedOut(world, toDelete);
    const text = world.documents.texts.get(documentPaths.before('B2', 0))!;
    expect(text).toContain('"kind":"ConfigMap"');
    expect(text).not.toMatch(/resourceVersion|managedFields|flotilla\.dev/);
    world.now += 1;
    const back = world.request({ batch: 'B2', attempt: 'restore', settings: { before: { batch_id: 'B2', index: 0 } } });
    await world.executor().start(back, 0);
    expect(await world.state(back)).toMatchObject({ outcome: 'succeeded' });
    expect(there(world)).toEqual(['Deployment', 'ConfigMap', 'ServiceAccount']);
    expect(replicasOf(world)).toBe(1);
  });

  it('continues with the next look after any lost or failed call, and in the end all is gone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(12), fc.constantFrom('away' as const, 'lost' as const)), { maxLength: 4 }),
        async (faults) => {
          const world = await deployed(release);
          const request = world.request(toDelete);
          let nth = 0;
          const fates = new Map(faults);
          world.fate = () => fates.get(nth++);
          const started = await world
            .executor()
            .start(request, 0)
            .catch(() => undefined);
          expect(started?.kind).not.toBe('rejected');
          for (let looks = 0; looks < 8 && there(world).length > 0; looks += 1) await world.look(request);
          world.fate = () => undefined;
          expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
          expect(there(world)).toEqual([]);
          const kept = world.documents.texts.get(documentPaths.before('B2', 0)) ?? '';
          for (const kind of ['Deployment', 'ConfigMap', 'ServiceAccount']) expect(kept).toContain(`"kind":"${kind}"`);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a scale', () => {
  it('sets the number, and nothing else of the workload', async () => {
    const world = await deployed(release);
    const before = structuredClone(world.find('Deployment', 'web')!);
    expect((await carriedOut(world, toScale(5))).reason).toBe('Applied');
    const after = world.find('Deployment', 'web')!;
    expect({ ...(after.spec as object) }).toEqual({ ...(before.spec as object), replicas: 5 });
    expect(after.metadata.annotations).toMatchObject({ [annotations.attempt]: 'B1-0-1' });
    expect(world.writes).toHaveLength(1);
  });

  it('to none is a number like any other', async () => {
    const world = await deployed(release);
    await carriedOut(world, toScale(0));
    expect(replicasOf(world)).toBe(0);
  });

  it('writes once, no matter how many looks there are', async () => {
    const world = await deployed(release);
    const { request } = await carriedOut(world, toScale(3));
    await world.state(request);
    await world.executor().start(request, 0);
    expect(world.writes).toHaveLength(1);
  });

  it.each([
    ['without a number keeps the one that was set', web(), 5],
    ['with a number sets that number', web('replicas: 2'), 2],
  ])('and the next deploy is no conflict: one %s', async (_, text, expected) => {
    const world = await deployed(web('replicas: 4'));
    await carriedOut(world, toScale(5));
    world.now += 1;
    const { reason, message } = await carriedOut(world, { batch: 'B3', text, version: '2.0' });
    expect([reason, message]).toEqual(['Applied', undefined]);
    expect(replicasOf(world)).toBe(expected);
  });

  it('and so is the one after that', async () => {
    const world = await deployed(web('replicas: 4'));
    for (const [batch, replicas] of [
      ['B2', 5],
      ['B4', 7],
    ] as const) {
      await carriedOut(world, toScale(replicas, batch));
      world.now += 1_000;
      expect(replicasOf(world)).toBe(replicas);
      const { reason } = await carriedOut(world, { batch: `${batch}d`, text: web('replicas: 4'), version: batch });
      expect([reason, replicasOf(world)]).toEqual(['Applied', 4]);
      world.now += 1_000;
    }
  });

  it('takes over what somebody has set by hand', async () => {
    const world = await deployed(release);
    const by = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 9 } };
    world.others('kubectl', by as never);
    await carriedOut(world, toScale(3));
    expect(replicasOf(world)).toBe(3);
  });

  it('is refused where an autoscaler scales it, and names the autoscaler', async () => {
    const world = await deployed(all(web(), autoscaler('web')));
    const { reason, message } = await carriedOut(world, toScale(3));
    expect(reason).toBe('ScaledByAutoscaler');
    expect(message).toContain('Deployment shop/web is scaled by the HorizontalPodAutoscaler web');
    expect(world.writes).toEqual([]);
  });

  it('of a missing workload is refused', async () => {
    const { reason, message } = await carriedOut(new KubernetesWorld(), toScale(3));
    expect([reason, message]).toEqual(['WorkloadMissing', 'There is no Deployment shop/web to scale.']);
  });

  it('that comes late changes nothing', async () => {
    const world = await deployed(release);
    const { at } = world.request({});
    world.now += 50;
    await carriedOut(world, toScale(7, 'B3'));
    const late = await carriedOut(world, { ...toScale(2), at });
    expect([late.reason, replicasOf(world)]).toEqual(['OvertakenByLater', 7]);
  });

  it('of a kind without replicas is refused by the server', async () => {
    const daemon = `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: app, image: 'r/web:0'}]}\n`;
    const kind = { workload: { ...workload, kind: 'daemonset' } } as const;
    const world = await deployed(daemon, { deployment: kind });
    const { reason } = await carriedOut(world, { batch: 'B2', deployment: { ...kind, action: 'scale', replicas: 2 } });
    expect(reason).toBe('ObjectsRefused');
  });
});

describe('a preview', () => {
  it('of a delete shows what goes and what stays, and changes nothing', async () => {
    const world = await deployed(all(web(), configMap('settings'), claim('data')));
    const { objects } = await world.executor().preview(world.request(toDelete));
    expect(objects.map(({ object, fate }) => [object, fate])).toEqual([
      ['Deployment shop/web', 'deleted'],
      ['ConfigMap shop/settings', 'deleted'],
      ['PersistentVolumeClaim shop/data', 'left'],
    ]);
    expect(world.writes).toEqual([]);
  });

  it('of a scale shows the number, by a dry run', async () => {
    const world = await deployed(web('replicas: 2'));
    const { objects } = await world.executor().preview(world.request(toScale(5)));
    expect(objects).toMatchObject([{ object: 'Deployment shop/web', fate: 'changed' }]);
    expect(JSON.stringify(objects)).toMatch(/replicas.*2.*5/);
    expect([world.writes, replicasOf(world)]).toEqual([[], 2]);
  });

  it('of a scale that an autoscaler forbids says so', async () => {
    const world = await deployed(all(web(), autoscaler('web')));
    const { problem } = await world.executor().preview(world.request(toScale(5)));
    expect(problem?.reason).toBe('ScaledByAutoscaler');
  });
});
