import { hasKeys, ownersOf } from '../drift/owned-fields.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { fieldManager } from './marks.ts';

/**
 * What of an object is ours, as it stands there: who applies less than that gives the rest up, and the server takes it away. Undefined where
 * nothing of it was ever applied by us. As `client-go` extracts the apply configuration of a field manager.
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

/** A member of a list: by its keys, which come with it, by its value, or by its place. */
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
