import { describe, expect, test } from 'vitest';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { submitBatch } from '../../../lib/usecases/batch/submit-batch.ts';
import { makeWorld, releaseYaml, type World } from './api-world.ts';

const day = 24 * 3_600_000;
const other = `${releaseYaml}\n`;

/** The result of a second submit: the first batch again, a batch of its own, or a refusal. */
const comesTo = async (world: World, actor: string, text: string, formerly?: string): Promise<string> => {
  try {
    const { header, created } = await submitBatch(world.deps, { text, actor, formerly, idempotencyKey: 'one' });
    return created ? `a batch of ${header.submitted_by}` : 'the same batch';
  } catch (error) {
    return (error as Error).message;
  }
};

const refused =
  'You have used this Idempotency-Key for batch 01TEST000001 with another body. Send a new key with a new batch.';

/** How the table stored a key when all callers shared their keys. */
const asBefore = async (world: World): Promise<void> => {
  const row = await world.table.get(keys.idempotency('ada', 'one'));
  const { expires_at: _, ...before } = row!;
  await world.table.transact([
    { delete: keys.idempotency('ada', 'one') },
    { put: itemOf(keys.idempotencyOfAll('one'), before) },
  ]);
};

describe('an Idempotency-Key that Ada has used', () => {
  test.each([
    ['ada', 'the same body', releaseYaml, 0, 'the same batch'],
    ['ada', 'another body', other, 0, refused],
    ['ada', 'the same body', releaseYaml, 30 * day - 1, 'the same batch'],
    ['ada', 'another body', other, 30 * day - 1, refused],
    ['ada', 'the same body', releaseYaml, 30 * day, 'a batch of ada'],
    ['ada', 'another body', other, 30 * day, 'a batch of ada'],
    ['eve', 'the same body', releaseYaml, 0, 'a batch of eve'],
    ['eve', 'another body', other, 0, 'a batch of eve'],
    ['eve', 'the same body', releaseYaml, 30 * day, 'a batch of eve'],
  ])('sent by %s with %s %#: %s after %i ms', async (actor, _, text, later, expected) => {
    for (const row of ['as it is', 'as it was']) {
      const world = makeWorld();
      await submitBatch(world.deps, { text: releaseYaml, actor: 'ada', idempotencyKey: 'one' });
      if (row === 'as it was') await asBefore(world);
      world.clock.time += later;
      expect([row, await comesTo(world, actor, text)]).toEqual([row, expected]);
      expect([row, await comesTo(world, actor, text)]).toEqual([
        row,
        expected === refused ? refused : 'the same batch',
      ]);
    }
  });

  test.each([
    [undefined, 'a batch of risk-ci'],
    ['eve', 'a batch of risk-ci'],
    ['ada', 'the same batch'],
  ])('is as before when risk-ci sends it, formerly %s: %s', async (formerly, expected) => {
    const world = makeWorld();
    await submitBatch(world.deps, { text: releaseYaml, actor: 'ada', idempotencyKey: 'one' });
    await asBefore(world);
    expect(await comesTo(world, 'risk-ci', releaseYaml, formerly)).toBe(expected);
  });

  test('starts one batch, and its row says when it ends', async () => {
    const world = makeWorld();
    const ask = () => submitBatch(world.deps, { text: releaseYaml, actor: 'ada', idempotencyKey: 'one' });
    await Promise.all([ask(), ask()]);
    expect(world.workflow.started).toHaveLength(1);
    const expires_at = (world.clock.time + 30 * day) / 1000;
    expect(await world.table.get(keys.idempotency('ada', 'one'))).toMatchObject({ expires_at });
    world.table.removeExpired('IDEMPOTENCY#', world.clock.time + 30 * day - 1);
    expect(await world.table.get(keys.idempotency('ada', 'one'))).toBeDefined();
    world.table.removeExpired('IDEMPOTENCY#', world.clock.time + 30 * day);
    expect(await world.table.get(keys.idempotency('ada', 'one'))).toBeUndefined();
    expect(await world.table.get(keys.header('01TEST000001'))).toBeDefined();
  });
});
