import { ApiStatus } from '../api-status.ts';
import type { KubeObject } from '../kube-object.ts';
import { type FieldSet, fieldsOf, isFields, isSame, keyOf, removeAt, setOf, textOf, without } from './field-set.ts';
import { entriesOf, type Owner, ownersOf } from './managed-fields.ts';
import { type Shape, shapeOf } from './schema.ts';

export interface Apply {
  readonly manager: string;
  readonly force: boolean;
  readonly now: number;
}

/**
 * Server-side apply: from now on its manager owns what is sent. Throws the conflict if others own a field with another
 * value. Removes what the manager owned before and no longer sends, unless others own it too.
 */
export const serverSideApply = (live: KubeObject, sent: KubeObject, { manager, force, now }: Apply): KubeObject => {
  const shape = shapeOf(live);
  const fields = fieldsOf(sent, shape);
  const owners = ownersOf(live);
  const isOwn = (owner: Owner): boolean => owner.manager === manager && owner.operation === 'Apply';
  const taken = conflictsWith(
    owners.filter((owner) => !isOwn(owner)),
    { live, sent, fields },
  );
  if (taken.length > 0 && !force) throw conflictOf(live, taken);
  const lost = setOf(taken.flatMap(({ fields: lostBy }) => [...lostBy.values()]));
  const others = owners
    .filter((owner) => !isOwn(owner))
    .map((owner) => ({ ...owner, fields: without(owner.fields, lost) }));
  const own = owners.find(isOwn);
  const merged = merge(live, sent, shape) as KubeObject;
  if (own !== undefined) dropUnsent(merged, { before: own.fields, fields, others });
  const next: Owner = { ...(own ?? { manager, operation: 'Apply' }), fields };
  merged.metadata.managedFields = entriesOf([next, ...others], live.apiVersion, now);
  return merged;
};

interface Taken {
  readonly owner: Owner;
  readonly fields: FieldSet;
}

const conflictsWith = (
  owners: readonly Owner[],
  { live, sent, fields }: { readonly live: KubeObject; readonly sent: KubeObject; readonly fields: FieldSet },
): readonly Taken[] =>
  owners
    .map((owner) => {
      const both = [...fields].filter(([name]) => owner.fields.has(name));
      return { owner, fields: new Map(both.filter(([, path]) => path.at(-1) !== '.' && !isSame(live, sent, path))) };
    })
    .filter((taken) => taken.fields.size > 0);

const conflictOf = (live: KubeObject, taken: readonly Taken[]): ApiStatus => {
  const causes = taken.flatMap(({ owner, fields }) =>
    [...fields.values()].map((path) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${nameOf(owner)} using ${live.apiVersion}`,
      field: textOf(path),
    })),
  );
  const one = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`;
  const [first] = causes;
  const told =
    causes.length === 1
      ? `${first?.message.replace(/ using .*/, '')} using ${live.apiVersion}: ${first?.field}`
      : causes.map(({ message, field }) => `${message}: ${field}`).join('\n');
  return new ApiStatus(409, 'Conflict', `Apply failed with ${one}: ${told}`, { causes });
};

const nameOf = ({ manager, subresource }: Owner): string =>
  subresource === undefined ? `"${manager}"` : `"${manager}" with subresource "${subresource}"`;

const dropUnsent = (
  merged: KubeObject,
  {
    before,
    fields,
    others,
  }: { readonly before: FieldSet; readonly fields: FieldSet; readonly others: readonly Owner[] },
): void => {
  const owned = others.flatMap((owner) => [...owner.fields.values()]);
  const isOthers = (path: readonly string[]): boolean => {
    const at = path.at(-1) === '.' ? path.slice(0, -1) : path;
    return owned.some((one) => at.every((step, index) => one[index] === step));
  };
  const gone = [...without(before, fields).values()].filter((path) => !isOthers(path));
  // An item goes with everything in it: without its key nobody would find it.
  for (const path of gone.filter((one) => one.at(-1) === '.')) removeAt(merged, path);
  for (const path of gone.filter((one) => one.at(-1) !== '.')) removeAt(merged, path);
};

/** A copy of the existing object with the sent fields laid over it. */
export function merge(live: unknown, sent: unknown, shape: Shape): unknown {
  if (shape.whole || sent === null) return structuredClone(sent);
  if (isFields(sent)) {
    const result: Record<string, unknown> = isFields(live) ? structuredClone(live) : {};
    for (const [name, value] of Object.entries(sent)) {
      result[name] = merge(result[name], value, shape.fields?.[name] ?? {});
    }
    return result;
  }
  if (!Array.isArray(sent) || !Array.isArray(live)) return structuredClone(sent);
  if (shape.set) return [...live, ...sent.filter((item) => !live.includes(item))];
  const { keys, item: itemShape = {} } = shape;
  if (keys === undefined) return structuredClone(sent);
  const result = structuredClone(live) as unknown[];
  for (const item of sent) {
    const at = result.findIndex((one) => keyOf(one, keys) === keyOf(item, keys));
    if (at < 0) result.push(structuredClone(item));
    else result[at] = merge(result[at], item, itemShape);
  }
  return result;
}
