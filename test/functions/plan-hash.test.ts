import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { planBatch } from '../../lib/usecases/plan/plan-batch.ts';
import { makeWorld, readHeader, releaseYaml } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';

const api = () => {
  const world = makeWorld();
  const changed = { ...world.catalogue, harness: { ...world.catalogue.harness!, max_concurrency: 3 } };
  let catalogue = world.catalogue;
  const deps = { ...world.deps, catalogue: async () => catalogue };
  const handler = create(deps);
  const send = (path: string, headers: Readonly<Record<string, string>> = {}, body = releaseYaml) =>
    callApi(handler, 'POST', path, { body, headers });
  const changeCatalogue = () => {
    catalogue = changed;
  };
  return { world, deps, send, changeCatalogue };
};

describe('POST /batches with If-Match', () => {
  test.each<[string, number, (hash: string) => string]>([
    ['the hash of the plan', 202, (hash) => hash],
    ['its entity tag', 202, (hash) => `"${hash}"`],
    ['any plan', 202, () => '*'],
    ['another hash', 412, (hash) => hash.split('').reverse().join('')],
    ['its entity tag as a weak one', 400, (hash) => `W/"${hash}"`],
    ['several', 400, (hash) => `"${hash}", "other"`],
    ['nothing', 400, () => ''],
  ])('of %s: %i', async (_, status, made) => {
    const { send, world } = api();
    const plan = await send('/batches/plan');
    expect(plan.headers.etag).toBe(`"${plan.body.plan_hash}"`);
    const answer = await send('/batches', { 'if-match': made(plan.body.plan_hash) });
    expect([answer.status, world.workflow.started.length]).toEqual([status, status === 202 ? 1 : 0]);
  });

  test.each<[string, string, (all: ReturnType<typeof api>) => void]>([
    ['the batch', releaseYaml.replace('5.1.3', '5.1.4'), () => {}],
    ['the configuration', releaseYaml, ({ changeCatalogue }) => changeCatalogue()],
  ])('is refused once %s has changed', async (_, text, change) => {
    const all = api();
    const { plan_hash } = (await all.send('/batches/plan')).body;
    change(all);
    const { status, body } = await all.send('/batches', { 'if-match': plan_hash }, text);
    expect([status, body.code]).toEqual([412, 'PreconditionFailed']);
    expect((await all.send('/batches', {}, text)).status).toBe(202);
  });

  test('holds until the plan is frozen: a configuration change after the submit starts nothing', async () => {
    const { send, deps, world, changeCatalogue } = api();
    const { plan_hash } = (await send('/batches/plan')).body;
    const { batch_id } = (await send('/batches', { 'if-match': plan_hash })).body;
    const freeze = () => planBatch(deps, { batch_id, execution_arn: 'arn' });
    changeCatalogue();
    await expect(freeze()).rejects.toMatchObject({ name: 'StatusConflict' });
    expect((await readHeader(world, batch_id)).plan_hash).toBeUndefined();
  });
});
