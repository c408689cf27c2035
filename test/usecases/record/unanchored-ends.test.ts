import { describe, expect, test } from 'vitest';
import type { BusEvent, Table } from '../../../lib/domain/ports.ts';
import { checkAnchors } from '../../../lib/domain/record/check-anchors.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { DoAll } from '../../../lib/usecases/do-all.ts';
import { type PublishedRow, publishEvents } from '../../../lib/usecases/record/publish-events.ts';
import { lookAfterEnds, type UnanchoredEnd } from '../../../lib/usecases/record/unanchored-ends.ts';
import { batchOf, dying, eventOf, killAt, setUp } from './ended-batches.ts';
import { testSigner } from './memory-anchors.ts';

describe('an end that cannot be anchored now', () => {
  const minute = 60_000;

  const setUpFaults = async (...batches: readonly string[]) => {
    const { table, anchors, deps, ...rest } = await setUp(...batches);
    const calls = { sign: 0, put: 0 };
    const broken = { sign: false, put: false };
    const numbers: string[] = [];
    const faults: string[] = [];
    const use = async <Result>(name: 'sign' | 'put', act: () => Promise<Result>): Promise<Result> => {
      calls[name] += 1;
      if (broken[name]) throw new Error(`${name} fails`);
      return act();
    };
    const put = async (events: readonly BusEvent[]) => {
      numbers.push(...events.map(({ id }) => id));
      return [];
    };
    const publish = (rows: readonly PublishedRow[], instead: Partial<{ table: Table }> = {}) =>
      publishEvents(
        {
          ...deps,
          table,
          ...instead,
          signer: {
            publicKey: () => testSigner.publicKey(),
            sign: (text) => use('sign', () => testSigner.sign(text)),
          },
          anchors: { get: (at) => anchors.get(at), put: (at, text) => use('put', () => anchors.put(at, text)) },
          bus: { put },
          onUnanchored: (batchId, error) => faults.push(`${batchId}: ${(error as Error).message}`),
        },
        rows,
      );
    const noted = async () =>
      (await table.query({ pk: 'UNANCHORED', limit: 1000 })).items as unknown as readonly UnanchoredEnd[];
    /** As the sweeper does after this many minutes. Gives the rows that the stream then brings. */
    const sweepAfter = async (minutes: number) => {
      deps.clock.time += minutes * minute;
      const before = new Set((await noted()).map(({ sk }) => sk));
      const all = new DoAll();
      await lookAfterEnds({ table, clock: deps.clock, pace: cloudPace }, all);
      return { fresh: (await noted()).filter(({ sk }) => !before.has(sk)), end: () => all.end() };
    };
    const later = () => deps.clock.sleep(1);
    return { ...rest, later, table, calls, broken, numbers, faults, publish, noted, sweepAfter };
  };

  test.each(['sign', 'put'] as const)('because "%s" fails holds up nothing, and is anchored later', async (which) => {
    const { publish, broken, calls, numbers, faults, noted, sweepAfter, told, written } = await setUpFaults('A', 'B');
    broken[which] = true;
    await publish([...batchOf('A'), ...batchOf('B')]);
    expect(numbers).toEqual(['A/1', 'A/2', 'A/3', 'B/1', 'B/2', 'B/3']);
    expect(faults).toEqual([`A: ${which} fails`, `B: ${which} fails`]);
    const first = await noted();
    expect(first.map(({ batch_id }) => batch_id)).toEqual(['A', 'B']);
    // The stream brings the rows, and later the ones that the sweeper has rewritten: one try each, and no row more.
    await publish(first);
    expect((await sweepAfter(0.5)).fresh).toEqual([]);
    const { fresh } = await sweepAfter(0.5);
    await publish(fresh);
    expect([calls[which], (await noted()).length, numbers.length, told()]).toEqual([6, 2, 6, []]);
    broken[which] = false;
    await publish((await sweepAfter(1)).fresh);
    expect(told()).toEqual(['1: A 3', '2: B 3']);
    expect(checkAnchors(written())).toEqual([]);
    expect([(await sweepAfter(1)).fresh, await noted()]).toEqual([[], []]);
  });

  test('and cannot be noted either goes back to the stream', async () => {
    const { publish, broken, table, told } = await setUpFaults('B');
    broken.sign = true;
    const fails = killAt(table, (name, [writes]) =>
      name === 'transact' && JSON.stringify(writes).includes('UNANCHORED') ? 'before' : undefined,
    );
    await expect(publish(batchOf('B'), { table: fails })).rejects.toBe(dying);
    broken.sign = false;
    await publish(batchOf('B'));
    expect(told()).toEqual(['1: B 3']);
  });

  test('is noted again when the feed grows during the try', async () => {
    const { publish, broken, table, noted, later } = await setUpFaults('B');
    broken.sign = true;
    await publish(batchOf('B'));
    const resolved = eventOf('B', 4, 'ada');
    await table.transact([{ put: itemOf(resolved, resolved) }]);
    const [row] = await noted();
    await later();
    await publish([resolved, row!]);
    expect((await noted()).length).toBe(2);
  });

  test('is tried with twenty at once, and the longest wait comes first', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `B${at + 10}`);
    const { publish, broken, sweepAfter } = await setUpFaults(...names);
    broken.sign = true;
    await publish(names.flatMap(batchOf));
    const tried = async () => (await sweepAfter(1)).fresh.map(({ batch_id }) => batch_id);
    expect(await tried()).toEqual(names.slice(0, 20));
    expect(await tried()).toEqual([...names.slice(0, 10), ...names.slice(20)].toSorted());
  });

  test('for ten minutes makes the sweeper fail, which is an alarm', async () => {
    const { publish, broken, sweepAfter } = await setUpFaults('B');
    broken.put = true;
    await publish(batchOf('B'));
    (await sweepAfter(9)).end();
    const { end } = await sweepAfter(1);
    expect(end).toThrow('The end of batch B could not be anchored for ten minutes');
  });
});
