import { describe, expect, test } from 'vitest';
import { type ErrorName, FlotillaError } from '../../../lib/domain/errors.ts';
import type { Grant } from '../../../lib/domain/grants/grant.ts';
import { rightsOf } from '../../../lib/domain/grants/rights.ts';
import type { Actor } from '../../../lib/domain/record/actor.ts';
import type { ChangeRow } from '../../../lib/domain/record/index-rows.ts';
import { changesOf, documentPaths, keys } from '../../../lib/domain/record/keys.ts';
import { type EventRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import { adoptTarget } from '../../../lib/usecases/drift/adopt-target.ts';
import { DriftStage, deployment, targetOf } from './drift-stage.ts';

const ada: Actor = { kind: 'person', subject: 'ada', name: 'Ada Lovelace', groups: [], scopes: ['approve'] };

const adopt = (stage: DriftStage, { actor = ada, grants }: { actor?: Actor; grants?: readonly Grant[] } = {}) => {
  stage.now += 10;
  return adoptTarget(
    { ...stage.deps(), rights: rightsOf(grants, actor), catalogue: async () => ({ clusters: { eu: {} } }) as never },
    { key: 'shop/web', environment: 'prod', cluster: 'eu', reason: 'hotfix' },
  );
};

/** Somebody has changed a target, and two surveys have seen it. */
const drifted = async (change: (stage: DriftStage) => void = hotfix, more: object = {}): Promise<DriftStage> => {
  const stage = new DriftStage();
  await stage.deploy('web', more);
  change(stage);
  await stage.survey();
  await stage.survey();
  return stage;
};

const hotfix = (stage: DriftStage, image = 'web:9'): void =>
  void stage.objects.set('web', deployment('web', image, 'kubectl-set'));

const gone = (stage: DriftStage): void => void stage.objects.delete('web');

describe('adopt', () => {
  test('accepts what runs: it is recorded and reported, and no survey marks it any more', async () => {
    const stage = await drifted();
    const told = await adopt(stage);
    expect(told).toMatchObject({
      target: {
        state: 'adopted',
        version: '9',
        image: 'web:9',
        batch_id: 'B1',
        adopted: { by: 'ada', reason: 'hotfix' },
      },
      count: 1,
      fields: [{ from: 'web:1', to: 'web:9', manager: 'kubectl-set' }],
      message:
        'prod/eu/shop/web: one difference was adopted, and version 9 runs there. Nothing was changed in the cluster.',
      notes: [expect.stringMatching(/^kubectl-set has these fields: .* fails with FieldConflict/)],
    });
    expect(told.target.drift).toBeUndefined();
    for (const _ of [1, 2, 3]) expect(await stage.survey()).toEqual({ targets: 1, drifted: 0 });
    expect(await stage.row('web')).toMatchObject({ state: 'adopted', version: '9', since: 3_010 });
    expect((await stage.events()).at(-1)).toBe(
      'DriftAdopted What runs at prod/eu/shop/web was adopted: hotfix (deployment shop/web: spec.template.spec.containers[name=app].image was web:1, and is web:9 (kubectl-set)).',
    );
    const { items } = await stage.table.query({ pk: 'EVENTS#stage', prefix: 'drift#', limit: 9 });
    expect(rowOf<EventRow>(items.at(-1))).toMatchObject({
      ...{ actor: 'ada', from: 'PROCESSING', to: 'SUCCESS' },
      detail: { release_before: 'web:1', release_after: '9', count: 1 },
    });
  });

  test('is a change of the target, and part of its history', async () => {
    const stage = await drifted();
    await adopt(stage);
    const expected = { status: 'SUCCESS', reason: 'Adopted', before: 'web:1', after: '9', by: 'ada', at: 3_010 };
    for (const query of [
      { pk: changesOf('prod', '1970-01'), limit: 9 },
      { pk: keys.goodRelease(targetOf('web')).pk, prefix: 'OUTCOME#', limit: 9 },
    ]) {
      const { items } = await stage.table.query(query);
      expect(items.map((item) => rowOf<ChangeRow>(item))).toMatchObject([expected]);
    }
  });

  test('of a Harness target uses its image', async () => {
    const stage = await drifted(hotfix, { executor: 'harness' });
    expect(await adopt(stage)).toMatchObject({ target: { version: '9', image: 'web:9' }, notes: [] });
    expect(await stage.survey()).toEqual({ targets: 1, drifted: 0 });
    hotfix(stage, 'web:10');
    await stage.survey();
    expect(await stage.survey()).toEqual({ targets: 1, drifted: 1 });
  });

  test('of a workload that is gone leaves a deleted target', async () => {
    const stage = await drifted(gone);
    expect(await adopt(stage)).toMatchObject({
      target: { state: 'deleted' },
      message: expect.stringContaining('nothing runs there'),
    });
    expect(await stage.survey()).toEqual({ targets: 0, drifted: 0 });
  });

  test('that failed counts for nothing: surveys compare with what was applied, as before', async () => {
    const stage = await drifted();
    const deps = { ...stage.deps(), rights: rightsOf(undefined, ada), catalogue: async () => ({}) as never };
    const transact = async (): Promise<void> => {
      throw new FlotillaError('InternalError', 'died');
    };
    const { get, query, synced } = stage.table;
    const table = {
      get: get.bind(stage.table),
      query: query.bind(stage.table),
      synced: synced.bind(stage.table),
      transact,
    };
    await expect(
      adoptTarget({ ...deps, table }, { key: 'shop/web', environment: 'prod', cluster: 'eu' }),
    ).rejects.toThrow('died');
    expect(await stage.survey()).toEqual({ targets: 1, drifted: 1 });
  });

  test('leaves what the deployment has kept, and names the adopted document by its content', async () => {
    const stage = await drifted();
    const [kept] = [...stage.documents.keys()];
    const before = stage.documents.get(kept!);
    const { target } = await adopt(stage);
    const objects = (await stage.row('web'))?.adopted?.objects;
    expect(stage.documents.get(kept!)).toBe(before);
    expect(stage.documents.get(documentPaths.adopted(objects!))).toContain('web:9');
    expect(target.adopted).toEqual({ by: 'ada', by_name: 'Ada Lovelace', reason: 'hotfix' });
  });

  test('whose document no longer matches its name counts for nothing: the target is marked again', async () => {
    const stage = await drifted();
    await adopt(stage);
    stage.documents.set(documentPaths.adopted((await stage.row('web'))!.adopted!.objects!), '{"objects": []}');
    await stage.survey();
    expect(await stage.survey()).toEqual({ targets: 1, drifted: 1 });
  });

  test('requested twice at once happens once, and holds', async () => {
    const stage = await drifted();
    const { documents, ...deps } = stage.deps();
    const both = Promise.withResolvers<void>();
    let kept = 0;
    // Neither goes on before both have written what they have seen.
    const put = async (path: string, text: string): Promise<void> => {
      await documents.put(path, text);
      kept += 1;
      if (kept === 2) both.resolve();
      await both.promise;
    };
    const asked = { ...deps, documents: { ...documents, put }, rights: rightsOf(undefined, ada) };
    const one = (now: number) =>
      adoptTarget(
        {
          ...asked,
          catalogue: async () => ({ clusters: { eu: {} } }) as never,
          clock: { ...deps.clock, now: () => now },
        },
        { key: 'shop/web', environment: 'prod', cluster: 'eu' },
      );
    const ends = await Promise.allSettled([one(4_000), one(4_001)]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { name: 'ChangedSince' } });
    stage.now = 5_000;
    for (const _ of [1, 2, 3]) expect(await stage.survey()).toEqual({ targets: 1, drifted: 0 });
  });

  const lock = (stage: DriftStage) =>
    stage.table.transact([{ put: itemOf(keys.lock(targetOf('web')), { batch_id: 'B7', index: 0, state: 'held' }) }]);
  const readers: readonly Grant[] = [{ subject: 'ada', may: ['read'], pillars: ['*'], environments: ['*'] }];

  test.each<[what: string, error: ErrorName, says: RegExp, change: (stage: DriftStage) => unknown, by?: object]>([
    ['nothing has drifted', 'NothingToAdopt', /no survey has found it changed/, (stage) => stage.deploy('web')],
    [
      'it is restored meanwhile',
      'NothingToAdopt',
      /it is again as it was deployed/,
      (stage) => stage.objects.set('web', deployment('web', 'web:1')),
    ],
    [
      'it is another hotfix meanwhile',
      'ChangedSince',
      /image was web:1, and is web:10/,
      (stage) => hotfix(stage, 'web:10'),
    ],
    ['it is gone meanwhile', 'ChangedSince', /deployment shop\/web is gone/, gone],
    ['a deployment is at work', 'StatusConflict', /Batch B7 is at work/, lock],
    [
      'a deployment starts during the look',
      'StatusConflict',
      /Batch B7 is at work/,
      (stage) => {
        stage.meanwhile = () => lock(stage);
      },
    ],
    [
      'it is deployed during the look',
      'ChangedSince',
      /has changed while it was looked at/,
      (stage) => {
        const found = stage.objects.get('web')!;
        stage.meanwhile = async () => {
          await stage.deploy('web', { batch: 'B2' });
          stage.objects.set('web', found);
        };
      },
    ],
    [
      'its cluster is down',
      'StatusConflict',
      /cannot be read now/,
      (stage) => {
        stage.meanwhile = async () => {
          throw new FlotillaError('ClusterUnavailable', 'away');
        };
      },
    ],
    ['it is a program', 'Forbidden', /Only a person may adopt/, () => {}, { actor: { ...ada, kind: 'program' } }],
    ['they may only read', 'Forbidden', /No grant lets you resolve shop in prod/, () => {}, { grants: readers }],
    ['they may not even read', 'TargetNotFound', /Nothing is recorded/, () => {}, { grants: [] }],
  ])('is refused where %s', async (_, error, says, change, by = {}) => {
    const stage = await drifted();
    await change(stage);
    await expect(adopt(stage, by)).rejects.toMatchObject({ name: error, message: expect.stringMatching(says) });
    const row = await stage.row('web');
    expect(row?.state).toBe('verified');
    // What the deployment that changed it last has kept.
    const [applied] = [...stage.documents.values()];
    expect(JSON.parse(applied!)).toMatchObject({ batch_id: row?.batch_id });
  });
});
