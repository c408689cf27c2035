import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, timestamp } from '../kube-object.ts';
import { type FieldSet, fieldsOf, fromTree, isSame, setOf, toTree, without } from './field-set.ts';
import { shapeOf } from './schema.ts';

/** What one manager owns. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly fields: FieldSet;
  /** As it was in the object. */
  readonly entry?: Entry;
}

interface Entry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

export const ownersOf = (object: KubeObject | undefined): readonly Owner[] =>
  ((object?.metadata?.managedFields ?? []) as readonly Entry[])
    .filter((entry) => entry.fieldsV1 !== undefined)
    .map((entry) => {
      const { manager, operation, subresource, fieldsV1 } = entry;
      return { manager, operation, ...(subresource && { subresource }), fields: fromTree(fieldsV1), entry };
    });

/** An entry with the same fields stays as it is, with its time. */
export const entriesOf = (owners: readonly Owner[], apiVersion: string, now: number): unknown[] =>
  owners
    .filter(({ fields }) => fields.size > 0)
    .map(({ manager, operation, subresource, fields, entry }) => {
      const fieldsV1 = toTree(fields);
      if (entry !== undefined && isDeepStrictEqual(entry.fieldsV1, fieldsV1)) return entry;
      const time = timestamp(now);
      const part = subresource === undefined ? {} : { subresource };
      return { manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1, ...part };
    });

export interface Writer {
  readonly manager: string;
  readonly subresource?: string;
  readonly now: number;
}

/** After a write that was not an apply, the writer of a value owns it alone. */
export const afterUpdate = (
  before: KubeObject | undefined,
  after: KubeObject,
  { manager, subresource, now }: Writer,
): unknown[] => {
  const shape = shapeOf(after);
  const half = ({ fields }: { readonly fields: FieldSet }): FieldSet =>
    new Map([...fields].filter(([, path]) => (path[0] === 'f:status') === (subresource === 'status')));
  const [all, earlier] = [fieldsOf(after, shape), fieldsOf(before, shape)];
  const written = half({ fields: setOf([...all.values()].filter((path) => !isSame(before, after, path))) });
  const gone = half({ fields: without(earlier, all) });
  const isWriter = (owner: Owner): boolean =>
    owner.manager === manager && owner.operation === 'Update' && owner.subresource === subresource;
  const owners = ownersOf(before);
  const own = owners.find(isWriter);
  const kept = (owner: Owner): Owner => ({ ...owner, fields: without(without(owner.fields, written), gone) });
  const fields: FieldSet = new Map([...(own === undefined ? [] : kept(own).fields), ...written]);
  const next: Owner = {
    ...(own ?? { manager, operation: 'Update', ...(subresource && { subresource }) }),
    fields,
  };
  const others = owners.map((owner) => (isWriter(owner) ? next : kept(owner)));
  return entriesOf(own === undefined ? [...others, next] : others, after.apiVersion, now);
};
