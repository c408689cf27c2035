import { hasKeys, ownersOf } from '../drift/owned-fields.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { fieldManager } from './marks.ts';

/**
 * The part of a live object that we own. Applying less gives up the rest, and the server removes it. Undefined if we
 * never applied anything of it. Works like `client-go`, which extracts a field manager's apply configuration.
 */
export const ownedObject = (live: JsonObject): JsonObject | undefined => {
  const own = ownersOf(live).find(({ manager, operation }) => manager === fieldManager && operation === 'Apply');
  return own === undefined ? undefined : (extract(own.fields, live) as JsonObject);
};

const extract = (fields: JsonObject, live: Json): Json => {
  const steps = Object.entries(fields).filter(([step]) => step !== '.');
  if (steps.length === 0) return live;
  if (Array.isArray(live)) return steps.flatMap(([step, below]) => itemOf(live as readonly Json[], step, below));
  if (!isObject(live)) return live;
  const entries = steps.flatMap(([step, below]): [string, Json][] => {
    const name = step.slice(2);
    const value = Object.hasOwn(live, name) ? live[name] : undefined;
    return value === undefined || !isObject(below) ? [] : [[name, extract(below, value)]];
  });
  return Object.fromEntries(entries);
};

/** A list item: by its keys, which come with it, by value, or by index. */
const itemOf = (live: readonly Json[], step: string, below: Json): readonly Json[] => {
  const [sort, rest] = [step.slice(0, 2), step.slice(2)];
  if (sort === 'i:') return live.slice(Number(rest), Number(rest) + 1);
  const wanted = JSON.parse(rest) as Json;
  if (sort === 'v:') return live.filter((item) => JSON.stringify(item) === JSON.stringify(wanted));
  if (!isObject(wanted) || !isObject(below)) return [];
  const item = live.find((one) => isObject(one) && hasKeys(one, wanted));
  if (item === undefined) return [];
  const isWhole = Object.keys(below).every((name) => name === '.');
  return [isWhole ? wanted : { ...wanted, ...(extract(below, item) as JsonObject) }];
};
