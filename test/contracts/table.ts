import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OnUse, TableUse } from '../../lib/adapters/table-use.ts';
import { isFlotillaError } from '../../lib/domain/errors.ts';
import type { Json, JsonObject } from '../../lib/domain/json.ts';
import type { Item, Query, Table, Write } from '../../lib/domain/ports.ts';
import { queryCases, querySortKeys, refusals, transactCases } from './table-cases.ts';
import { type Step, stepsOn, TableModel } from './table-model.ts';

/** What a suite runs on. Tests use their own partitions, so that all may share one table. */
export interface TableUnderTest {
  readonly open: (onUse?: OnUse) => Table;
  /** How many runs the properties get; a table over HTTP is slower than one in memory. */
  readonly runs: number;
}

const outcomeOf = async (table: Table, writes: readonly Write[]): Promise<unknown> => {
  try {
    await table.transact(writes);
    return 'done';
  } catch (error) {
    if (isFlotillaError(error)) return error.name === 'ConditionFailed' ? error.details.index : error.name;
    throw error;
  }
};

const all = async (table: Table, pk: string): Promise<readonly Item[]> =>
  (await table.query({ pk, limit: 1000 })).items;

const at = (pk: string, sk: string, rest: JsonObject = {}): Item => ({ ...rest, pk, sk });

export const describeTable = (name: string, { open, runs }: TableUnderTest): void => {
  let partitions = 0;
  const partition = (): string => `p${partitions++}`;

  describe(`${name}: transactions`, () => {
    it.each(transactCases)('$title', async ({ given, writes, gives, leaves }) => {
      const table = open();
      const pk = partition();
      await table.transact(given(pk).map((put) => ({ put })));
      expect(await outcomeOf(table, writes(pk))).toBe(gives);
      expect(await all(table, pk)).toEqual(leaves === 'unchanged' ? given(pk) : leaves(pk));
    });

    it.each(refusals)('refuses $title', async ({ writes, gives }) => {
      const table = open();
      const pk = partition();
      expect(await outcomeOf(table, [{ put: at(pk, '0') }, ...writes(pk)])).toBe(gives);
      expect(await all(table, pk)).toEqual([]);
    });

    it('reports when it is synced, before the first write and after', async () => {
      const table = open();
      await table.synced();
      await table.transact([{ put: at(partition(), '0') }]);
      await Promise.all([table.synced(), table.synced()]);
    });

    it('accepts a hundred writes at once, and none at all', async () => {
      const table = open();
      const pk = partition();
      const items = Array.from({ length: 100 }, (_, index) => at(pk, String(index).padStart(3, '0')));
      await table.transact(items.map((put) => ({ put })));
      await table.transact([]);
      expect(await all(table, pk)).toEqual(items);
    });

    it('refuses an update that makes an item too large, and keeps the item', async () => {
      const table = open();
      const pk = partition();
      const half = 'x'.repeat(250_000);
      await table.transact([{ put: at(pk, 'a', { one: half }) }]);
      const update: Write = { update: { pk, sk: 'a' }, set: { two: half } };
      expect(await outcomeOf(table, [update])).toBe('ItemTooLarge');
      expect(await outcomeOf(table, [{ put: at(pk, 'b') }, update])).toBe('ItemTooLarge');
      expect(await all(table, pk)).toEqual([at(pk, 'a', { one: half })]);
    });

    it('lets one of many concurrent conditional writes of an item win', async () => {
      const table = open();
      const pk = partition();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          outcomeOf(table, [{ put: at(pk, 'lock', { n }), when: { exists: false } }, { put: at(pk, `owner#${n}`) }]),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 0 || outcome === 'TableBusy')).toHaveLength(19);
      expect(await all(table, pk)).toHaveLength(2);
    });
  });

  describe(`${name}: values`, () => {
    it('gives back what it was given', async () => {
      const table = open();
      const pk = partition();
      await fc.assert(
        fc.asyncProperty(storable, async (value) => {
          await table.transact([{ put: at(pk, 'a', { value }) }]);
          expect(await table.get({ pk, sk: 'a' })).toEqual(JSON.parse(JSON.stringify(at(pk, 'a', { value }))));
          const check: Write = { check: { pk, sk: 'a' }, when: { equals: { value } } };
          expect(await outcomeOf(table, [check])).toBe('done');
        }),
        { numRuns: runs },
      );
    });

    it('has no item where none was put', async () => {
      expect(await open().get({ pk: partition(), sk: 'a' })).toBeUndefined();
    });

    it('keeps items of other partitions and other sort keys apart', async () => {
      const table = open();
      const [one, two] = [partition(), partition()];
      await table.transact([{ put: at(one, 'a', { n: 1 }) }, { put: at(two, 'a', { n: 2 }) }]);
      expect(await table.get({ pk: one, sk: 'a' })).toEqual(at(one, 'a', { n: 1 }));
      expect(await all(table, two)).toEqual([at(two, 'a', { n: 2 })]);
    });
  });

  describe(`${name}: queries`, () => {
    it.each(queryCases)('$title', async ({ query, gives, next }) => {
      const table = open();
      const pk = partition();
      await table.transact(querySortKeys.map((sk) => ({ put: at(pk, sk) })));
      const page = await table.query({ pk, limit: 1000, ...query });
      expect(page.items.map(({ sk }) => sk)).toEqual(gives);
      expect(page.next).toBe(next);
    });

    it.each<[string, Partial<Query>]>([
      ['a limit of 0', { limit: 0 }],
      ['a limit over 1000', { limit: 1001 }],
      ['a limit that is no whole number', { limit: 1.5 }],
      ['a prefix together with from', { prefix: 'a', from: 'a' }],
      ['a prefix together with to', { prefix: 'a', to: 'a' }],
      ['an empty prefix', { prefix: '' }],
      ['an empty after', { after: '' }],
      ['an empty pk', { pk: '' }],
    ])('refuses %s', async (_, query) => {
      const answer = open().query({ pk: 'p', limit: 10, ...query });
      await expect(answer).rejects.toMatchObject({ name: 'ContractBroken' });
    });

    it('fills a page beyond the megabyte at which an engine may cut', async () => {
      const table = open();
      const pk = partition();
      const items = Array.from({ length: 30 }, (_, n) =>
        at(pk, String(n).padStart(2, '0'), { text: 'x'.repeat(90_000) }),
      );
      await table.transact(items.map((put) => ({ put })));
      const first = await table.query({ pk, limit: 25 });
      expect(first.items).toEqual(items.slice(0, 25));
      expect(first.next).toBe('24');
      expect(await table.query({ pk, limit: 25, after: '24' })).toEqual({ items: items.slice(25) });
    });
  });

  describe(`${name}: model`, () => {
    const take = async (table: Table, model: TableModel, step: Step): Promise<void> => {
      if ('writes' in step) expect(await outcomeOf(table, step.writes)).toBe(model.transact(step.writes));
      else if ('get' in step) expect(await table.get(step.get)).toEqual(model.get(step.get));
      else {
        const expected = model.query(step.query);
        const items = expected.slice(0, step.query.limit);
        const next = expected.length > step.query.limit ? { next: items.at(-1)?.sk } : {};
        expect(await table.query(step.query)).toEqual({ items, ...next });
      }
    };

    it('behaves like the model', async () => {
      const table = open();
      const pk = partition();
      await fc.assert(
        fc.asyncProperty(stepsOn(pk), async (steps) => {
          const model = new TableModel();
          for (const step of steps) await take(table, model, step);
          expect(await all(table, pk)).toEqual(model.query({ pk, limit: 1000 }));
          await table.transact((await all(table, pk)).map(({ sk }) => ({ delete: { pk, sk } })));
        }),
        { numRuns: runs },
      );
    });
  });

  describe(`${name}: use`, () => {
    const text = (bytes: number): string => 'x'.repeat(bytes);
    const uses = async (act: (table: Table, pk: string) => Promise<unknown>): Promise<readonly TableUse[]> => {
      const pk = partition();
      await open().transact([{ put: at(pk, 'small') }, { put: at(pk, 'large', { text: text(5000) }) }]);
      const seen: TableUse[] = [];
      await act(
        open((use) => seen.push(use)),
        pk,
      );
      return seen;
    };

    it.each<{ title: string; act: (table: Table, pk: string) => Promise<unknown>; reads: number; writes: number }>([
      { title: 'reading a small item', act: (t, pk) => t.get({ pk, sk: 'small' }), reads: 1, writes: 0 },
      { title: 'reading 5 KB', act: (t, pk) => t.get({ pk, sk: 'large' }), reads: 2, writes: 0 },
      { title: 'reading nothing', act: (t, pk) => t.get({ pk, sk: 'none' }), reads: 1, writes: 0 },
      { title: 'reading several together', act: (t, pk) => t.query({ pk, limit: 10 }), reads: 2, writes: 0 },
      { title: 'a plain put', act: (t, pk) => t.transact([{ put: at(pk, 'new') }]), reads: 0, writes: 1 },
      {
        title: 'a plain put of 2.5 KB',
        act: (t, pk) => t.transact([{ put: at(pk, 'new', { text: text(2500) }) }]),
        reads: 0,
        writes: 3,
      },
      {
        title: 'a put with a condition',
        act: (t, pk) => t.transact([{ put: at(pk, 'new'), when: { exists: false } }]),
        reads: 0,
        writes: 2,
      },
      {
        title: 'a transaction of three',
        act: (t, pk) =>
          t.transact([
            { put: at(pk, 'new', { text: text(1500) }) },
            { delete: { pk, sk: 'none' } },
            { check: { pk, sk: 'small' }, when: { exists: true } },
          ]),
        reads: 0,
        writes: 8,
      },
    ])('counts $title', async ({ act, reads, writes }) => {
      expect(await uses(act)).toEqual([expect.objectContaining({ reads, writes })]);
    });
  });
};

/** JSON that both engines keep: exact numbers, no half characters, no empty names. */
const storable: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, false, '', 0, -0, 0.1, 1e-100, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.double({ min: -1e15, max: 1e15, noNaN: true }).filter((value) => value === 0 || Math.abs(value) > 1e-100),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: 'binary', minLength: 1 }).filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;
