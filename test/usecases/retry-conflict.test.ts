import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { DoAll } from '../../lib/usecases/do-all.ts';
import { fittingCount } from '../../lib/usecases/fitting-count.ts';
import { isoField, isoTime } from '../../lib/usecases/iso-time.ts';
import { retryConflict } from '../../lib/usecases/retry-conflict.ts';

const conflict = new FlotillaError('ConditionFailed', 'another was faster');
const busy = new FlotillaError('TableBusy', 'throttled');
const bug = new Error('a bug');

describe('does a change again when another one came first', () => {
  const run = async (errors: readonly Error[]) => {
    const left = [...errors];
    const waits: number[] = [];
    const clock = { now: () => 0, sleep: async (milliseconds: number) => void waits.push(milliseconds) };
    const end = await retryConflict({ clock, random: { next: () => 0.5 } }, async () => {
      const error = left.shift();
      if (error !== undefined) throw error;
      return 'done';
    }).catch((error: unknown) => error);
    return [end, waits];
  };
  const waits = [12.5, 25, 50, 100, 200, 400, 800];

  test.each<[what: string, errors: readonly Error[], end: unknown, waits: readonly number[]]>([
    ['not at all, where nobody was faster', [], 'done', []],
    ['once', [conflict], 'done', [12.5]],
    ['also where the table is busy', [busy, conflict], 'done', [12.5, 25]],
    ['seven times', Array(7).fill(conflict), 'done', waits],
    ['no more, and its last answer stays', [...Array(7).fill(busy), conflict], conflict, waits],
    ['not for another kind of fault', [busy, bug], bug, [12.5]],
    ['not for another refusal', [new FlotillaError('ItemTooLarge', 'x')], expect.any(FlotillaError), []],
  ])('%s', async (_, errors, end, slept) => {
    expect(await run(errors)).toEqual([end, slept]);
  });
});

test('does everything no matter what fails, and reports the first failure', async () => {
  const all = new DoAll();
  const done: number[] = [];
  const act = (number: number, error?: Error) => async () => {
    done.push(number);
    if (error) throw error;
  };
  await all.try(act(1));
  all.end();
  await all.try(act(2, bug));
  await all.try(act(3, conflict));
  expect(done).toEqual([1, 2, 3]);
  expect(() => all.end()).toThrow(bug);
});

test('fits as many as an answer has room for, and at least one', () => {
  const of = (...lengths: readonly number[]) => fittingCount(lengths.map((length) => ({ a: 'x'.repeat(length - 8) })));
  expect([of(), of(100, 100), of(4_000_000), of(4_000_000, 100)]).toEqual([0, 2, 1, 1]);
  expect([of(1_500_000, 1_500_000, 100), of(1_500_000, 1_500_001, 100), of(1_000_000, 1_000_000, 1_500_000)]).toEqual([
    2, 1, 2,
  ]);
});

test('writes times in words, and leaves out unknown ones', () => {
  expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
  expect([isoField('at', 0), isoField('at', undefined)]).toEqual([{ at: '1970-01-01T00:00:00.000Z' }, {}]);
});
