import { describe, expect, it, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { partsOfTarget } from '../../lib/domain/plan/lock-names.ts';
import { idTime } from '../../lib/domain/record/batch-id.ts';
import { pendingItem } from '../../lib/domain/record/change.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import type { LastOutcomeRow } from '../../lib/domain/record/recorded-release.ts';
import {
  type HeaderRow,
  type ItemRow,
  itemOf,
  type Outcome,
  type Release,
  type Run,
  rowOf,
} from '../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { makeWorld, manyYaml, planned, type World } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';

const grants: readonly Grant[] = [
  { subject: 'rita', may: ['deploy'], pillars: ['risk'], environments: ['uat'] },
  { subject: 'mona', may: ['*'], pillars: ['*'], environments: ['*'] },
];

const migrateIn = (world: World, body: unknown = {}, who = 'ada', granted?: readonly Grant[]) => {
  const { grants: _, ...catalogue } = world.catalogue;
  const here = granted === undefined ? catalogue : { ...catalogue, grants: granted };
  const handler = create({ ...world.deps, catalogue: async () => here }, { identify: byToken });
  return callApi(handler, 'POST', '/migrate', {
    claims: { sub: who, groups: ['people'], scope: 'flotilla/admin' },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
};

const at = Date.UTC(2026, 8, 30, 5);
const nothing = { targets: 0, index_rows: 0, deleted: 0 };

/** A batch of three from an earlier version: one target has a good release, one a bad end, and one nothing. */
const deployedBefore = async (world: World) => {
  const { batchId, plan } = await planned(world);
  const [one, other, third] = plan.deployments.map(({ target }) => target);
  const good = { version: '1.0.0', deployment: plan.deployments[0], at, batch_id: batchId } as unknown as Release;
  const last: LastOutcomeRow = {
    ...{ batch_id: batchId, index: 1, key: 'k', status: 'FAILED', reason: 'CrashLoop', version: '2.0.0', at },
  };
  await world.table.transact([
    { put: itemOf(keys.goodRelease(one!), good) },
    { put: itemOf(keys.lastOutcome(other!), last) },
  ]);
  return { batchId, targets: [one!, other!, third!] };
};

/** This removes the index rows that submit and plan of this version have written. */
const forget = async ({ table }: World, partitions: readonly string[]): Promise<void> => {
  for (const pk of partitions) {
    const { items } = await table.query({ pk, limit: 1_000 });
    await table.transact(items.map(({ sk }) => ({ delete: { pk, sk } })));
  }
};

describe('what an earlier version did not write', () => {
  it('is written, and writing it again changes nothing', async () => {
    const world = makeWorld();
    const { batchId, targets } = await deployedBefore(world);
    const counts = { batches: 1, batches_without_plan: 0, deployments: 3 };
    const first = await migrateIn(world);
    expect([first.status, first.body]).toMatchObject([200, { ...counts, targets: 2, deleted: 0 }]);
    expect(first.body).not.toHaveProperty('next_after');
    const rows = () => Promise.all(targets.map((target) => world.table.get(keys.targetNow(target))));
    const written = await rows();
    const { submitted_by: by } = rowOf<HeaderRow>(await world.table.get(keys.header(batchId)))!;
    expect(written.slice(0, 2)).toMatchObject([
      { batch_id: batchId, index: 0, state: 'verified', version: '1.0.0', since: at, by },
      { batch_id: batchId, index: 1, state: 'failed', version: '2.0.0', since: at, by },
    ]);
    expect(written[2]).toBeUndefined();
    const pointers = await Promise.all(targets.map((target) => world.table.get(keys.targetPointer(target))));
    expect(pointers.map((row) => row?.target)).toEqual([targets[0], targets[1], undefined]);
    expect((await migrateIn(world)).body).toEqual({ ...counts, ...nothing });
    expect(await rows()).toEqual(written);
  });

  it('does not replace what is newer, even if that comes in between', async () => {
    const world = makeWorld();
    const { batchId, targets } = await deployedBefore(world);
    await migrateIn(world);
    await world.table.transact([{ delete: keys.targetNow(targets[0]!) }]);
    const { transact } = world.table;
    const place = { batch_id: 'NEWER', index: 0 };
    const newer: TargetRow = { target: targets[0]!, ...place, state: 'changing', since: at, by: 'bob' };
    let isFirst = true;
    world.table.transact = async (writes) => {
      if (isFirst) {
        isFirst = false;
        await transact.call(world.table, [{ put: itemOf(keys.targetNow(targets[0]!), newer) }]);
      }
      return transact.call(world.table, writes);
    };
    expect((await migrateIn(world)).body).toMatchObject(nothing);
    expect(await world.table.get(keys.targetNow(targets[0]!))).toEqual(itemOf(keys.targetNow(targets[0]!), newer));
    expect(batchId).not.toBe('NEWER');
  });

  it('reports a row without a name, and leaves the rest of it', async () => {
    const world = makeWorld();
    const { batchId, targets } = await deployedBefore(world);
    const row: TargetRow = { target: targets[2]!, batch_id: batchId, index: 2, state: 'unknown', since: at };
    await world.table.transact([{ put: itemOf(keys.targetNow(row.target), row) }]);
    expect((await migrateIn(world)).body).toMatchObject({ targets: 3 });
    const { submitted_by: by } = rowOf<HeaderRow>(await world.table.get(keys.header(batchId)))!;
    expect(await world.table.get(keys.targetNow(row.target))).toEqual(
      itemOf(keys.targetNow(row.target), { ...row, by }),
    );
  });

  it('also covers the owner of a release, and its change of the target', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world);
    const { target, key, docker_image_version: version } = plan.deployments[1]!;
    const run: Run = { executor: 'harness:a', key: 'k', attempt: 1 };
    const outcome: Outcome = {
      ...{ status: 'SUCCESS', reason: 'Verified', message: '', evidence: [], warnings: [], attempts: 1, runs: [run] },
      ...{ release_after: version, ended_at: at },
    };
    const item: ItemRow = { ...pendingItem(batchId, 1, key), status: 'SUCCESS', runs: [run], outcome };
    const release = { version, deployment: plan.deployments[1], origin: 'recorded', at, batch_id: batchId };
    const releaseKey = keys.release(target, `${idTime(at + 5)}0123456789ABCDEF`);
    await world.table.transact([
      { put: itemOf(keys.item(batchId, 1), item) },
      { put: itemOf(releaseKey, release) },
      { put: itemOf(keys.release(target, `${idTime(at + 6)}0123456789ABCDEF`), { ...release, batch_id: 'OTHER' }) },
    ]);
    expect((await migrateIn(world)).body).toMatchObject({ targets: 1 });
    const { submitted_by: by } = rowOf<HeaderRow>(await world.table.get(keys.header(batchId)))!;
    expect(await world.table.get(releaseKey)).toEqual(itemOf(releaseKey, { ...release, index: 1, by }));
    const place = { at, batch_id: batchId, index: 1 };
    const change = keys.change(partsOfTarget(target).environment, place);
    expect(await world.table.get(change)).toEqual(
      itemOf(change, { ...place, target, status: 'SUCCESS', reason: 'Verified', version, after: version, by }),
    );
    expect((await migrateIn(world)).body).toMatchObject(nothing);
  });

  it('also covers the index of batches: by their present status, and by no earlier one', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    const header = rowOf<HeaderRow>(await world.table.get(keys.header(batchId)))!;
    const byStatus = (status: string) => keys.batchBy('status', status, header);
    const [right, stale] = [byStatus(header.status), byStatus('SUCCESS')];
    await migrateIn(world);
    await forget(world, [right.pk, keys.batchBy('origin', 'file', header).pk]);
    await world.table.transact([{ put: itemOf(stale, { batch_id: batchId, created_at: header.created_at }) }]);
    expect((await migrateIn(world)).body).toMatchObject({ index_rows: 2, deleted: 1 });
    expect([await world.table.get(right), await world.table.get(stale)]).toEqual([
      itemOf(right, { batch_id: batchId, created_at: header.created_at }),
      undefined,
    ]);
    expect((await migrateIn(world)).body).toMatchObject(nothing);
  });

  it('is written part by part for a large batch', async () => {
    const world = makeWorld();
    await planned(world, manyYaml(620));
    const { body } = await migrateIn(world);
    expect(body).toMatchObject({ batches: 0, deployments: 500 });
    const rest = await migrateIn(world, { after: body.next_after });
    expect(rest.body).toMatchObject({ batches: 1, deployments: 120 });
    expect(rest.body).not.toHaveProperty('next_after');
  });
});

test.each([
  [
    'rita',
    {},
    403,
    'No grant lets you deploy everywhere. A migration needs that, because it writes what runs everywhere.',
  ],
  ['mona', { after: 'B/../x' }, 400, 'body.after: send the next_after of the previous answer'],
])('%s with %o is refused', async (who, body, status, detail) => {
  const answer = await migrateIn(makeWorld(), body, who, grants);
  expect([answer.status, answer.body.detail]).toEqual([status, detail]);
});
