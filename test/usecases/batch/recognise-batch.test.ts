import { describe, expect, test } from 'vitest';
import type { Origin } from '../../../lib/domain/batch/origin.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type HeaderRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import { recogniseBatch } from '../../../lib/usecases/batch/recognise-batch.ts';
import { submitBatch } from '../../../lib/usecases/batch/submit-batch.ts';
import { makeWorld, releaseYaml } from './api-world.ts';

const ids = [
  '01M7Z82VGHV3GT6X1EMB454VBS',
  '01M7Z82VGHV3GT6X1EMB454VBT',
  '01M7Z9000000000000000000AA',
  '01M8A000000000000000000000',
  '01M8A000000000000000000001',
  '01M8A000000000000000000002',
  '01M8A000000000000000000003',
  '01M8A000000000000000000004',
  '01M8A000000000000000000005',
  '01M7A000000000000000000000',
  '01M7A000000000000000000001',
  '01M7A000000000000000000002',
  '01M7A000000000000000000003',
  '01M7A000000000000000000004',
] as const;

const manyIds = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `01M8B0000000000000000000${String(at).padStart(2, '0')}`);

/** Batches with these ids. The first two are ada's, the others bob's. */
const world = async () => {
  const made = makeWorld();
  const left = [...ids];
  const deps = { ...made.deps, ids: { next: () => left.shift()! } };
  for (const id of ids) await submitBatch(deps, { text: releaseYaml, actor: ids.indexOf(id) < 2 ? 'ada' : 'bob' });
  return made;
};

const meant = async (named: string, actor = 'ada') => {
  const { deps } = await world();
  return recogniseBatch(deps, { named, actor }).then(
    ({ batch_id }) => batch_id,
    (error: unknown) => error,
  );
};

describe('a batch is found by', () => {
  test.each([
    ['its id', ids[0], ids[0]],
    ['its id in lower case', ids[0].toLowerCase(), ids[0]],
    ['all but its last letter, which others do not share', ids[2].slice(0, -1), ids[2]],
    ['a prefix that only it has', '01M7Z9', ids[2]],
    ['the same prefix in lower case', '01m7z9', ids[2]],
    ["latest, the caller's own", 'latest', ids[1]],
    ['LATEST', 'LATEST', ids[1]],
  ])('%s', async (_, named, id) => {
    expect(await meant(named)).toBe(id);
  });

  test('latest never finds the batch of another user', async () => {
    expect(await meant('latest', 'bob')).toBe(ids[8]);
    const none = { name: 'BatchNotFound', message: 'You have submitted no batch to this server yet.' };
    expect(await meant('latest', 'eve')).toMatchObject(none);
  });

  test('latest skips an automatic rollback, and finds the batch it rolls back', async () => {
    const { deps, table } = await world();
    const note = async (id: string, origin: Origin) => {
      const header = rowOf<HeaderRow>(await table.get(keys.header(id)))!;
      await table.transact([{ put: itemOf(keys.header(id), { ...header, origin }) }]);
      return (await recogniseBatch(deps, { named: 'latest', actor: 'ada' })).batch_id;
    };
    expect(await note(ids[1], { kind: 'rollback', of: ids[0] })).toBe(ids[1]);
    expect(await note(ids[1], { kind: 'rollback', of: ids[0], automatic: true })).toBe(ids[0]);
  });

  describe('latest, with batches that are older than the lists by submitter', () => {
    /** One batch by ada, and this many by bob after it. */
    const olderWorld = async (later: number) => {
      const { deps, table } = makeWorld();
      const left = manyIds(later + 1);
      const next = { ...deps, ids: { next: () => left.shift()! } };
      for (const [at, id] of [...left].entries()) {
        const actor = at === 0 ? 'ada' : 'bob';
        await submitBatch(next, { text: releaseYaml, actor });
        await table.transact([{ delete: keys.submitted(actor, id) }]);
      }
      return (actor: string) => recogniseBatch(deps, { named: 'latest', actor });
    };

    test('it looks among the latest batches', async () => {
      const latestOf = await olderWorld(24);
      expect([(await latestOf('ada')).batch_id, (await latestOf('bob')).batch_id]).toEqual(
        [0, 24].map((at) => manyIds(25)[at]),
      );
      await expect(latestOf('eve')).rejects.toThrow('You have submitted no batch to this server yet.');
    });

    test('it does not deny a batch that may be older', async () => {
      const latestOf = await olderWorld(25);
      await expect(latestOf('ada')).rejects.toThrow('You have submitted none of the latest 25 batches of this server.');
    });
  });

  test("works for a caller's name of any length", async () => {
    const { deps } = makeWorld();
    const actor = `${'a'.repeat(254)}🚀${'b'.repeat(3000)}`;
    const { header } = await submitBatch(deps, { text: releaseYaml, actor });
    expect((await recogniseBatch(deps, { named: 'latest', actor })).batch_id).toBe(header.batch_id);
  });
});

describe('no batch is found by', () => {
  test.each([
    ['a prefix of no id', '01M9', 'There is no batch 01M9.'],
    ['an id that nobody has', '01M7Z82VGHV3GT6X1EMB454VBZ', 'There is no batch 01M7Z82VGHV3GT6X1EMB454VBZ.'],
    ['something that is no prefix', 'nowhere', 'There is no batch nowhere.'],
    ['more than an id', `${ids[0]}A`, `There is no batch ${ids[0]}A.`],
    ['too little', '01M', 'Give at least 4 characters of the id.'],
  ])('%s', async (_, named, message) => {
    expect(await meant(named)).toMatchObject({ name: 'BatchNotFound', message });
  });

  test.each<[what: string, named: string, many: string, told: readonly string[]]>([
    ['a prefix of several ids: it lists them', '01m7z82', '2', [ids[1], ids[0]]],
    ['of five, too', '01M7A', '5', ids.slice(9).toReversed()],
    ['a prefix of more ids: it lists the latest', '01M8', 'more than 5', ids.slice(4, 9).toReversed()],
  ])('%s', async (_, named, many, told) => {
    const created_at = '2026-09-30T06:00:00.000Z';
    expect(await meant(named)).toMatchObject({
      name: 'BatchAmbiguous',
      message: `${named} is the beginning of ${many} batch ids. Give more characters.`,
      details: {
        candidates: told.map((batch_id) => ({ batch_id, name: 'Autumn release', status: 'PENDING', created_at })),
      },
    });
  });
});

test('reads one row more than it lists, no matter how many batches there are', async () => {
  const { table, deps } = await world();
  const read: string[] = [];
  const counting = {
    ...deps,
    table: {
      ...table,
      get: (key: { pk: string; sk: string }) => {
        read.push(key.pk);
        return table.get(key);
      },
      query: async (query: Parameters<typeof table.query>[0]) => {
        const page = await table.query(query);
        read.push(...page.items.map(({ pk }) => pk));
        return page;
      },
      transact: table.transact.bind(table),
      synced: table.synced.bind(table),
    },
  };
  const readFor = async (named: string): Promise<readonly string[]> => {
    read.length = 0;
    await recogniseBatch(counting, { named, actor: 'ada' }).catch(() => {});
    return [...read];
  };
  expect(await readFor('latest')).toEqual([keys.submitted('ada', '').pk, `BATCH#${ids[1]}`]);
  expect(await readFor('01M7Z9')).toEqual(['BATCH#01M7Z9', 'BATCHES', `BATCH#${ids[2]}`]);
  expect(await readFor('01M8')).toHaveLength(1 + 6 + 6);
  expect(await readFor('x'.repeat(64))).toHaveLength(1);
  expect(await readFor('x'.repeat(65))).toEqual([]);
});
