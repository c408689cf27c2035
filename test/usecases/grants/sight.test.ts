import { describe, expect, it } from 'vitest';
import { rightsOf } from '../../../lib/domain/grants/rights.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import type { Table } from '../../../lib/domain/ports.ts';
import type { Actor } from '../../../lib/domain/record/actor.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { cancelBatch } from '../../../lib/usecases/batch/cancel-batch.ts';
import { listBatches } from '../../../lib/usecases/batch/list-batches.ts';
import { readBatch } from '../../../lib/usecases/batch/read-batch.ts';
import { readSource } from '../../../lib/usecases/batch/read-source.ts';
import { listDeployments } from '../../../lib/usecases/deployment/list-deployments.ts';
import { previewPlan } from '../../../lib/usecases/plan/preview-plan.ts';
import { readEvents } from '../../../lib/usecases/record/read-events.ts';
import {
  changeBatch,
  makeWorld,
  manyYaml,
  planned,
  publish,
  readHeader,
  submitted,
  type World,
} from '../batch/api-world.ts';

const actor: Actor = { kind: 'person', subject: 'rita', groups: ['risk'], scopes: ['admin'] };
/** Callers who may do everything with the pillar `risk`, and nothing else. */
const rights = rightsOf([{ group: 'risk', may: ['*'], pillars: ['risk'], environments: ['*'] }], actor);

/** One after the other: the first of each pair is not hers. */
const mixed = `version: v1.0
metadata: { name: Autumn release }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, retry_count: 0 }
deployments:
  - { pillar: clearing, service_name: trade-intake, docker_image_version: "5.1.3" }
  - { pillar: risk, service_name: limit-check, docker_image_version: "2.4.0", metadata: { dependencies: [trade-intake] } }
  - { pillar: clearing, service_name: netting, docker_image_version: "5.1.3", metadata: { dependencies: [limit-check] } }
  - { pillar: risk, service_name: exposure, docker_image_version: "2.4.0", metadata: { dependencies: [netting] } }
`;

const asHer = (world: World) => ({ ...world.deps, rights });
const hers = ['risk/limit-check', 'risk/exposure'];
const notHers = /clearing|trade-intake|netting/;

/** As the state machine does it: the first has failed, the second is skipped because of it. */
const running = async (world: World): Promise<string> => {
  const { batchId, plan } = await planned(world, mixed);
  world.clock.time += 1;
  const end = async ({ index, key }: PlannedDeployment, status: 'FAILED' | 'SKIPPED', message: string) => {
    const change = changeItem(
      pendingItem(batchId, index, key),
      { status, reason: 'ForATest', message },
      { at: world.clock.now(), actor: 'record', detail: { because: message } },
    );
    await world.table.transact(change.writes);
  };
  const [first, second] = plan.deployments;
  await end(first!, 'FAILED', 'It failed.');
  await end(
    second!,
    'SKIPPED',
    'Not started: it depends on clearing/trade-intake, of staging/cluster-eu-1/clearing/trade-intake.',
  );
  await publish(world, batchId);
  return batchId;
};

describe('callers who may see a part of a batch', () => {
  it('see it as if the rest did not exist', async () => {
    const world = makeWorld();
    const batchId = await running(world);
    const deps = asHer(world);
    const batch = await readBatch(deps, { named: batchId, actor: 'rita' });
    expect(batch).toMatchObject({ status: 'PROCESSING', total: 2, counts: { PENDING: 2 }, warnings: [] });
    expect(batch).not.toHaveProperty('plan_hash');
    const { batches } = await listBatches(deps, { limit: 10 });
    expect(batches).toMatchObject([{ batch_id: batchId, total: 2 }]);
    const list = await listDeployments(deps, { batchId, limit: 10 });
    expect(list.total).toBe(2);
    expect(list.deployments.map(({ key }) => key)).toEqual(hers);
    expect(list.deployments[0]!.message).toBe('Not started: it depends on another deployment, of another deployment.');
    expect(list.deployments[1]!.waiting_for).toEqual([
      { kind: 'dependency', name: 'another deployment', status: 'PENDING' },
    ]);
    const feed = await readEvents(deps, { batchId, after: 0, wait: 0, limit: 100 });
    expect(feed.events.map(({ key, reason }) => key ?? reason)).toEqual(['Submitted', 'Planned', 'risk/limit-check']);
    expect(feed.events.filter(({ type }) => type === 'batch').map(({ detail }) => detail)).toEqual([
      undefined,
      undefined,
    ]);
    expect(JSON.stringify([batch, batches, list, feed])).not.toMatch(notHers);
  });

  it('see it before it is planned, in the order of the file', async () => {
    const world = makeWorld();
    const batchId = await submitted(world, mixed);
    const deps = asHer(world);
    const first = await listDeployments(deps, { batchId, limit: 1 });
    const second = await listDeployments(deps, { batchId, limit: 1, after: first.next_after! });
    expect([first, second].flatMap(({ deployments }) => deployments.map(({ key }) => key))).toEqual(hers);
    expect([first.total, second.next_after]).toEqual([2, undefined]);
    expect((await readBatch(deps, { named: batchId, actor: 'rita' })).counts).toEqual({ PENDING: 2 });
  });

  it('get full pages of what they may see', async () => {
    const world = makeWorld();
    const batchId = await running(world);
    const deps = asHer(world);
    const pageOf = (after?: string, status?: 'SKIPPED' | 'FAILED') =>
      listDeployments(deps, { batchId, limit: 1, after, status });
    const first = await pageOf();
    const second = await pageOf(first.next_after!);
    expect([first, second].flatMap(({ deployments }) => deployments.map(({ key }) => key))).toEqual(hers);
    expect(second.next_after).toBeUndefined();
    expect((await pageOf(undefined, 'SKIPPED')).deployments.map(({ key }) => key)).toEqual(['risk/limit-check']);
    expect((await pageOf(undefined, 'FAILED')).deployments).toEqual([]);
    // The third event is not hers, and the page goes on after it.
    const feed = await readEvents(deps, { batchId, after: 2, wait: 0, limit: 1 });
    expect([feed.events.map(({ key }) => key), feed.next_after]).toEqual([['risk/limit-check'], 4]);
  });

  it('count what they may see when all has ended', async () => {
    const world = makeWorld();
    const batchId = await running(world);
    const ended = { status: 'FAILED', reason: 'DeploymentsFailed', message: '4 deployments: 4 failed.' } as const;
    await changeBatch(world, batchId, { ...ended, ended_at: world.clock.now(), totals: { FAILED: 4 } });
    await world.table.transact([{ put: itemOf(keys.outcomes(batchId), { cells: 'FKUS' }) }]);
    const { message, counts } = await readBatch(asHer(world), { named: batchId, actor: 'rita' });
    expect(counts).toEqual({ SKIPPED: 1, SUCCESS: 1 });
    expect(message).toBe('Of what you may see: 2 deployments: 1 succeeded, 1 skipped.');
  });

  it.each([
    ['FAILED', 'DeploymentsFailed', 'FSSS', true],
    ['FAILED', 'DeploymentsFailed', 'SKSS', false],
    ['UNKNOWN', 'DeploymentsUnknown', 'USSS', true],
    ['FAILED', 'PlanFailed', 'SSSS', false],
    ['SUCCESS', 'AllSucceeded', 'SSSS', false],
  ] as const)('of a batch that ended %s (%s, %s) hear that something else decides: %s', async (...row) => {
    const [status, reason, cells, isElsewhere] = row;
    const world = makeWorld();
    const { batchId } = await planned(world, mixed);
    await changeBatch(world, batchId, { status, reason, message: '', ended_at: world.clock.now(), totals: {} });
    await world.table.transact([{ put: itemOf(keys.outcomes(batchId), { cells }) }]);
    const { message } = await readBatch(asHer(world), { named: batchId, actor: 'rita' });
    const { batches } = await listBatches(asHer(world), { limit: 1 });
    expect(message.endsWith(' Deployments that you may not see decide its status.')).toBe(isElsewhere);
    expect(batches[0]!.message).toBe(message);
  });

  it.each([
    ['that could not be planned', false],
    ['of an earlier version, which kept no outcomes', true],
  ])('get the news of a large batch %s, in a few reads', async (_, isPlanned) => {
    const world = makeWorld();
    const text = manyYaml(600).replace('"risk"', '"clearing"');
    const batchId = isPlanned ? (await planned(world, text)).batchId : await submitted(world, text);
    const ended = { status: 'FAILED', reason: 'ForATest', message: '' } as const;
    await changeBatch(world, batchId, { ...ended, ended_at: world.clock.now() });
    let reads = 0;
    const count = <Result>(result: Result): Result => {
      reads += 1;
      return result;
    };
    const table: Table = {
      get: (key) => count(world.table.get(key)),
      query: (query) => count(world.table.query(query)),
      transact: (writes) => world.table.transact(writes),
      synced: () => world.table.synced(),
    };
    const { counts } = await readBatch({ ...asHer(world), table }, { named: batchId, actor: 'rita' });
    expect(counts).toEqual({ PENDING: 599 });
    expect(reads).toBeLessThan(10);
  });

  it('get no text of the whole, and stop nothing of others', async () => {
    const world = makeWorld();
    const batchId = await running(world);
    const deps = asHer(world);
    const refused = { name: 'Forbidden', message: expect.not.stringMatching(notHers) };
    await expect(readSource(deps, { batchId })).rejects.toMatchObject(refused);
    await expect(cancelBatch(deps, { batchId, actor: 'rita' })).rejects.toMatchObject(refused);
    expect(await readHeader(world, batchId)).not.toHaveProperty('cancel_requested_at');
  });

  it('see the same of a batch from before rows had the place of each deployment', async () => {
    const world = makeWorld();
    const batchId = await running(world);
    const { reach: _, ...before } = await readHeader(world, batchId);
    await world.table.transact([{ put: itemOf(keys.header(batchId), before) }]);
    const { deployments } = await listDeployments(asHer(world), { batchId, limit: 10 });
    expect(deployments.map(({ key }) => key)).toEqual(hers);
  });
});

describe('who has what a deployment waits for', () => {
  const waiting = `version: v1.0
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }
deployments:
  - { pillar: risk, service_name: limit-check, docker_image_version: "2.4.0" }
`;

  const others: Readonly<Record<string, string>> = {
    'clearing/trade-intake': mixed.replace(/ {2}- \{ pillar: risk.*\n/g, '').replace(/, metadata: \{ dep.*\}/g, ' }'),
    'risk/limit-check': waiting,
  };

  it.each([
    ['clearing/trade-intake', false],
    ['risk/limit-check', true],
  ])('%s of another batch: sees %s', async (key, isTold) => {
    const world = makeWorld();
    const holder = await submitted(world, others[key]);
    const { batchId, plan } = await planned(world, waiting);
    const { target } = plan.deployments[0]!;
    await world.table.transact([
      { put: itemOf(keys.lock(target), { name: target, batch_id: holder, index: 0, key, fence: 1, state: 'unknown' }) },
    ]);
    const { deployments } = await listDeployments(asHer(world), { batchId, limit: 10 });
    const preview = await previewPlan(asHer(world), { text: waiting });
    const told = [deployments[0]!.waiting_for, preview.deployments[0]!.held_by];
    const lock = { kind: 'lock', name: target, locks: [target], status: 'UNKNOWN' };
    const whole = isTold ? { ...lock, batch_id: holder, key } : lock;
    expect(told).toEqual([[whole], [whole]]);
    expect(deployments[0]!.message).toContain(
      isTold ? `${key} of batch ${holder}` : 'Waits for another deployment, which left',
    );
    if (!isTold) expect(JSON.stringify([deployments, preview])).not.toContain(holder);
  });
});
