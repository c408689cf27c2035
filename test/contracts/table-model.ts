import fc from 'fast-check';
import type { Json } from '../../lib/domain/json.ts';
import type { Condition, Item, Key, Query, Write } from '../../lib/domain/ports.ts';

/** The simplest implementation of the Table port: every real table is compared with it. */
export class TableModel {
  #items = new Map<string, Item>();

  get({ pk, sk }: Key): Item | undefined {
    return this.#items.get(`${pk}/${sk}`);
  }

  /** The index of the first write whose condition does not hold, or `done`. */
  transact(writes: readonly Write[]): number | 'done' {
    const failed = writes.findIndex((write) => !satisfies(this.get(keyOf(write)), write.when ?? {}));
    if (failed >= 0) return failed;
    for (const write of writes) {
      const { pk, sk } = keyOf(write);
      const name = `${pk}/${sk}`;
      if ('put' in write) this.#items.set(name, write.put);
      if ('delete' in write) this.#items.delete(name);
      if ('update' in write) {
        const kept = Object.entries({ pk, sk, ...this.#items.get(name) }).filter(
          ([key]) => !write.remove?.includes(key),
        );
        this.#items.set(name, { ...Object.fromEntries(kept), ...write.set, pk, sk });
      }
    }
    return 'done';
  }

  /** All items of the query, ignoring its limit. Sort keys must be ASCII. */
  query({ pk, prefix = '', from = '', to = '~', after, newestFirst = false }: Query): readonly Item[] {
    const items = [...this.#items.values()]
      .filter((item) => item.pk === pk && item.sk.startsWith(prefix) && item.sk >= from && item.sk <= to)
      .sort((a, b) => (a.sk < b.sk ? -1 : 1));
    const ordered = newestFirst ? items.reverse() : items;
    return ordered.filter(({ sk }) => after === undefined || (newestFirst ? sk < after : sk > after));
  }
}

const keyOf = (write: Write): Key => {
  if ('put' in write) return write.put;
  if ('update' in write) return write.update;
  return 'check' in write ? write.check : write.delete;
};

const satisfies = (item: Item | undefined, { exists, equals = {}, missing = [] }: Condition): boolean => {
  if (exists === true && item === undefined) return false;
  if (exists === false && item !== undefined) return false;
  const sameValues = Object.keys(equals).every((name) => sorted(item?.[name]) === sorted(equals[name]));
  return sameValues && missing.every((name) => item?.[name] === undefined);
};

const sorted = (value: Json | undefined): string =>
  JSON.stringify(value, (_, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? 'nothing';

const names = ['status', 'name', 'n', 'key'] as const;
const values: readonly Json[] = [0, 1, -1.5, '', 'a', true, false, null, [], [1, 'a'], {}, { x: { y: null }, z: [] }];

const attributes = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...values), { maxKeys: 2 });
const condition: fc.Arbitrary<Condition> = fc.record(
  { exists: fc.boolean(), equals: attributes, missing: fc.subarray([...names], { maxLength: 1 }) },
  { requiredKeys: [] },
);

const writeOf = (key: Key): fc.Arbitrary<Write> => {
  const when = fc.option(condition, { nil: undefined, freq: 2 });
  const guarded = <W extends object>(write: fc.Arbitrary<W>): fc.Arbitrary<W & { when?: Condition }> =>
    fc.tuple(write, when).map(([body, guard]) => (guard === undefined ? body : { ...body, when: guard }));
  const update = fc
    .tuple(attributes, fc.subarray([...names], { maxLength: 2 }))
    .map(([set, remove]) => ({ update: key, set, remove: remove.filter((name) => !Object.hasOwn(set, name)) }))
    .filter(({ set, remove }) => Object.keys(set).length + remove.length > 0);
  return fc.oneof(
    guarded(attributes.map((rest) => ({ put: { ...rest, ...key } }))),
    guarded(update),
    guarded(fc.constant({ delete: key })),
    condition
      .filter((when) =>
        Object.values(when).some((part) => part === true || part === false || Object.keys(part).length > 0),
      )
      .map((when) => ({ check: key, when })),
  );
};

export type Step = { readonly writes: readonly Write[] } | { readonly get: Key } | { readonly query: Query };

const sortKeys = ['a', 'a#1', 'a#2', 'b', 'b#1'] as const;

/** Steps over five keys of one partition, so that they often meet. */
export const stepsOn = (pk: string): fc.Arbitrary<readonly Step[]> => {
  const sk = fc.constantFrom(...sortKeys);
  const writes = fc
    .subarray([...sortKeys], { minLength: 1, maxLength: 4 })
    .chain((keys) => fc.tuple(...keys.map((key) => writeOf({ pk, sk: key }))));
  const paging = { limit: fc.integer({ min: 1, max: 4 }), newestFirst: fc.boolean(), after: sk };
  const requiredKeys: ['limit'] = ['limit'];
  const query = fc.oneof(
    fc.record({ ...paging, prefix: fc.constantFrom('a', 'a#', 'b', 'c') }, { requiredKeys }),
    fc.record({ ...paging, from: sk, to: sk }, { requiredKeys }),
  );
  return fc.array(
    fc.oneof(
      { weight: 5, arbitrary: writes.map((all): Step => ({ writes: all })) },
      { weight: 1, arbitrary: sk.map((key): Step => ({ get: { pk, sk: key } })) },
      { weight: 2, arbitrary: query.map((part): Step => ({ query: { pk, ...part } })) },
    ),
    { minLength: 1, maxLength: 25 },
  );
};
