import { describe, expect, test } from 'vitest';
import type { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { allRights, rightsOf } from '../../../lib/domain/grants/rights.ts';
import { localActor } from '../../../lib/domain/record/actor.ts';
import { parseAnchor } from '../../../lib/domain/record/anchor.ts';
import type { ChainedEvent } from '../../../lib/domain/record/chain.ts';
import { checkAnchors } from '../../../lib/domain/record/check-anchors.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import type { WrittenEvent } from '../../../lib/usecases/record/publish-events.ts';
import { readAnchors } from '../../../lib/usecases/record/read-anchors.ts';
import { batchOf, dying, eventOf, killAt, setUp } from './ended-batches.ts';

describe('the end of a batch', () => {
  test('is anchored when it has its number, with its hash, and not before', async () => {
    const { publish, told, written, table } = await setUp('B');
    const [planned, running, finished] = batchOf('B') as [WrittenEvent, WrittenEvent, WrittenEvent];
    await publish([planned, running]);
    expect(told()).toEqual([]);
    await publish([finished]);
    expect(told()).toEqual(['1: B 3']);
    const last = (await table.get(keys.feed('B', 3))) as unknown as ChainedEvent;
    expect(written()[0]).toMatchObject({ hash: last.hash, version: 1 });
    expect(checkAnchors(written())).toEqual([]);
  });

  test('is anchored again by a later event, such as a resolve', async () => {
    const { publish, told, table, written } = await setUp('B');
    await publish(batchOf('B'));
    const resolved = eventOf('B', 4, 'ada');
    await table.transact([{ put: itemOf(resolved, resolved) }]);
    await publish([resolved]);
    expect(told()).toEqual(['1: B 3', '2: B 4']);
    expect(checkAnchors(written())).toEqual([]);
  });

  test('of several batches makes one chain, in the order they end', async () => {
    const { publish, told, written } = await setUp('A', 'B', 'C');
    await publish([...batchOf('B'), ...batchOf('A')]);
    await publish(batchOf('C'));
    expect(told()).toEqual(['1: B 3', '2: A 3', '3: C 3']);
    expect(checkAnchors(written())).toEqual([]);
  });

  test('is anchored once, no matter how often the stream brings it', async () => {
    const { publish, told } = await setUp('A', 'B');
    for (let nth = 0; nth < 3; nth++) await publish([...batchOf('A'), ...batchOf('B')]);
    expect(told()).toEqual(['1: A 3', '2: B 3']);
  });

  test('is anchored once by publishers that work at the same time', async () => {
    const batches = ['A', 'B', 'C', 'D'];
    const { publish, told, written } = await setUp(...batches);
    await Promise.all([...batches, ...batches].map((batch) => publish(batchOf(batch))));
    expect(
      told()
        .map((line) => line.slice(3))
        .sort(),
    ).toEqual(batches.map((batch) => `${batch} 3`));
    expect(checkAnchors(written())).toEqual([]);
  });

  test('from before anchors existed is not anchored by an event that comes again', async () => {
    const { publish, told, table } = await setUp('B');
    await publish(batchOf('B'));
    await table.transact([
      { put: itemOf(keys.feedHead('B'), { last: 3, hash: 'x' }) },
      { delete: keys.anchored('B') },
      { delete: keys.anchorsHead },
    ]);
    await publish(batchOf('B'));
    expect(told()).toEqual(['1: B 3']);
  });
});

describe('a publisher that dies', () => {
  const moments = Array.from({ length: 30 }, (_, nth) => nth).flatMap((nth) =>
    (['before', 'after'] as const).map((when) => ({ nth, when })),
  );

  test.each(moments)(
    '$when its call $nth leaves one anchor for each end, no matter who comes next',
    async ({ nth, when }) => {
      const { table, anchors, publish, told, written } = await setUp('A', 'B');
      let calls = 0;
      const dies = () => (calls++ === nth ? when : undefined);
      const instead = { table: killAt(table, dies), anchors: killAt(anchors, dies) };
      const died = await publish(batchOf('A'), instead).catch((error: unknown) => error);
      expect([undefined, dying]).toContain(died);
      // Another one is faster with another batch, before the stream brings the first again.
      await publish(batchOf('B'));
      await publish(batchOf('A'));
      await publish(batchOf('B'));
      expect(
        told()
          .map((line) => line.slice(3))
          .sort(),
      ).toEqual(['A 3', 'B 3']);
      expect(checkAnchors(written())).toEqual([]);
    },
  );
});

test('writes no anchor before the record of its event is on the disk', async () => {
  const { table, anchors, publish } = await setUp('B');
  const order: string[] = [];
  const note = (name: string) => {
    if (['transact', 'synced', 'put'].includes(name)) order.push(name);
    return undefined;
  };
  await publish(batchOf('B'), { table: killAt(table, note), anchors: killAt(anchors, note) });
  expect(order).toEqual(['transact', 'synced', 'put', 'transact']);
});

describe('a head in the table that was changed', () => {
  test.each<[string, Parameters<SqliteTable['transact']>[0][number]]>([
    ['is gone', { delete: keys.anchorsHead }],
    ['is set back', { put: itemOf(keys.anchorsHead, { sequence: 1, hash: 'x' }) }],
    ['points behind the end', { put: itemOf(keys.anchorsHead, { sequence: 70, hash: 'x' }) }],
  ])('and %s leads to no second anchor and no gap', async (_, change) => {
    const { publish, table, told, written } = await setUp('A', 'B', 'C');
    await publish([...batchOf('A'), ...batchOf('B')]);
    await table.transact([change]);
    await publish([...batchOf('A'), ...batchOf('C')]);
    expect(told()).toEqual(['1: A 3', '2: B 3', '3: C 3']);
    expect(checkAnchors(written())).toEqual([]);
  });

  test('is found again behind more anchors than one read gives', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `B${at}`);
    const { publish, table, told } = await setUp(...names, 'Z');
    await publish(names.flatMap(batchOf));
    await table.transact([{ delete: keys.anchorsHead }]);
    await publish(batchOf('Z'));
    expect(told().at(-1)).toBe('61: Z 3');
  });
});

test('skips an object in the place of an anchor that is not an anchor', async () => {
  const { publish, anchors } = await setUp('A', 'B');
  await publish(batchOf('A'));
  anchors.texts.set(2, 'no anchor');
  await publish(batchOf('B'));
  expect([...anchors.texts.values()].map((text) => parseAnchor(text)?.batch_id)).toEqual(['A', undefined, 'B']);
});

describe('reading them', () => {
  const names = Array.from({ length: 7 }, (_, at) => `B${at}`);

  const pages = async (limit: number, take: readonly number[] = []) => {
    const { publish, table, anchors } = await setUp(...names);
    await publish(names.flatMap(batchOf));
    for (const sequence of take) anchors.texts.delete(sequence);
    const found: number[] = [];
    for (let after = 0, ended = false; !ended; ) {
      const page = await readAnchors({ table, anchors, rights: allRights }, { after, limit });
      found.push(...page.anchors.map(({ sequence }) => sequence));
      expect(page.ended || page.next_after > after).toBe(true);
      ({ next_after: after, ended } = page);
    }
    return found;
  };

  test('is only for callers with the right to see every batch', async () => {
    const { table, anchors } = await setUp();
    const grant = { subject: 'ada', may: ['*'], pillars: ['risk'], environments: ['*'] } as const;
    const read = (pillars: readonly string[]) =>
      readAnchors(
        { table, anchors, rights: rightsOf([{ ...grant, pillars }], { ...localActor, subject: 'ada' }) },
        { after: 0, limit: 1 },
      );
    await expect(read(['risk'])).rejects.toMatchObject({ name: 'Forbidden' });
    expect(await read(['*'])).toEqual({ anchors: [], next_after: 0, ended: true });
  });

  test.each([1, 2, 3, 6, 7, 8, 100])('gives all in pages of %i', async (limit) => {
    expect(await pages(limit)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test.each([1, 2, 3, 100])('shows a missing one as a gap in pages of %i', async (limit) => {
    expect(await pages(limit, [1, 3, 4, 5])).toEqual([2, 6, 7]);
    expect(await pages(limit, [7])).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
