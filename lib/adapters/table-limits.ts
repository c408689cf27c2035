import { FlotillaError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Condition, Key, Query, Write } from '../domain/ports.ts';

/**
 * Rejects what DynamoDB would reject, in the same words, for every table and before anything is sent. So nothing works
 * on one machine that would fail on AWS. The limits are DynamoDB's service quotas.
 */
const MAX_WRITES = 100;
const MAX_ITEM_BYTES = 400 * 1024;
const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
const MAX_PARTITION_KEY_BYTES = 2048;
const MAX_SORT_KEY_BYTES = 1024;
const MAX_DEPTH = 32;
/** DynamoDB keeps 38 digits from 1E-130 on, but above 2^53 a JavaScript number is no longer exact. */
const MIN_MAGNITUDE = 1e-130;

/**
 * An item's size: the UTF-8 bytes of its JSON. DynamoDB does not count quotes and commas, so this is an upper bound,
 * except for long lists of small numbers. Those the engine itself rejects.
 */
const sizeOf = (value: JsonObject): number => Buffer.byteLength(JSON.stringify(value));

export const keyOf = (write: Write): Key => {
  if ('put' in write) return write.put;
  if ('update' in write) return write.update;
  return 'delete' in write ? write.delete : write.check;
};

const refuse = (message: string, details: Readonly<Record<string, unknown>> = {}): never => {
  throw new FlotillaError('ContractBroken', message, details);
};

export const itemTooLarge = (key: Key, cause?: unknown): FlotillaError =>
  new FlotillaError(
    'ItemTooLarge',
    `item ${key.pk} / ${key.sk} is larger than ${MAX_ITEM_BYTES} bytes`,
    { pk: key.pk, sk: key.sk, limit: MAX_ITEM_BYTES },
    cause,
  );

export const conditionFailed = (index: number, key: Key, cause?: unknown): FlotillaError =>
  new FlotillaError(
    'ConditionFailed',
    `the condition on ${key.pk} / ${key.sk} does not hold`,
    { index, pk: key.pk, sk: key.sk },
    cause,
  );

export const tableBusy = (reason: string, cause?: unknown): FlotillaError =>
  new FlotillaError('TableBusy', `the table is busy: ${reason}`, { reason }, cause);

export const checkSize = (key: Key, bytes: number): void => {
  if (bytes > MAX_ITEM_BYTES) throw itemTooLarge(key);
};

const checkKeyPart = (name: string, value: unknown, maxBytes: number): void => {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) {
    refuse(`${name} must be a text that is not empty`, { [name]: value });
  } else if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes) {
    refuse(`${name} is longer than ${maxBytes} bytes`, { [name]: value });
  }
};

export const checkKey = (key: Key): void => {
  checkKeyPart('pk', key.pk, MAX_PARTITION_KEY_BYTES);
  checkKeyPart('sk', key.sk, MAX_SORT_KEY_BYTES);
};

const checkNumber = (value: number): void => {
  const magnitude = Math.abs(value);
  const fits = magnitude <= Number.MAX_SAFE_INTEGER && (value === 0 || magnitude >= MIN_MAGNITUDE);
  if (!fits) refuse(`the number ${value} cannot be stored exactly`, { value });
};

const checkName = (name: string): void => {
  if (name === '' || name === '__proto__') refuse(`an attribute cannot be named "${name}"`);
};

const checkScalar = (value: string | number | boolean | null): void => {
  if (typeof value === 'number') checkNumber(value);
  else if (typeof value === 'string' && !value.isWellFormed()) refuse('a text holds half a character');
};

const checkValue = (value: Json | undefined, depth: number): void => {
  if (value === undefined) refuse('a value is undefined');
  else if (typeof value !== 'object' || value === null) checkScalar(value);
  else if (depth >= MAX_DEPTH) refuse(`values may be nested at most ${MAX_DEPTH} deep`);
  else if (Array.isArray(value)) for (const entry of value) checkValue(entry, depth + 1);
  else checkAttributes(value as JsonObject, depth + 1);
};

const checkAttributes = (attributes: JsonObject, depth = 0): void => {
  for (const name of Object.keys(attributes)) {
    checkName(name);
    checkValue(attributes[name], depth);
  }
};

const isKeyName = (name: string): boolean => name === 'pk' || name === 'sk';

const checkUpdate = (set: JsonObject, remove: readonly string[]): void => {
  const names = [...Object.keys(set), ...remove];
  if (names.length === 0) refuse('an update must set or remove something');
  if (names.some(isKeyName)) refuse('an update cannot change pk or sk');
  if (new Set(names).size < names.length) refuse('an update names the same attribute twice', { names });
  for (const name of remove) checkName(name);
  checkAttributes(set);
};

const checkCondition = (condition: Condition): void => {
  if (condition.equals) checkAttributes(condition.equals);
  for (const name of condition.missing ?? []) checkName(name);
};

const isEmptyCondition = (condition: Condition): boolean =>
  condition.exists === undefined &&
  Object.keys(condition.equals ?? {}).length === 0 &&
  (condition.missing ?? []).length === 0;

/** Checks one write and returns the bytes that it sends. */
const checkWrite = (write: Write): number => {
  checkKey(keyOf(write));
  if (write.when) checkCondition(write.when);
  if ('check' in write && isEmptyCondition(write.when)) refuse('a check needs a condition');
  if ('put' in write) {
    checkAttributes(write.put);
    return sizeOf(write.put);
  }
  if (!('update' in write)) return 0;
  checkUpdate(write.set ?? {}, write.remove ?? []);
  return sizeOf({ ...write.set, ...write.update });
};

/** Rejects what DynamoDB would reject. Throws ContractBroken for the caller's mistake, ItemTooLarge for the data. */
export const checkWrites = (writes: readonly Write[]): void => {
  if (writes.length > MAX_WRITES) refuse(`${writes.length} writes in one transaction; at most ${MAX_WRITES}`);
  const keys = new Set<string>();
  let total = 0;
  for (const write of writes) {
    const bytes = checkWrite(write);
    const key = keyOf(write);
    checkSize(key, bytes);
    total += bytes;
    if (total > MAX_TRANSACTION_BYTES) throw itemTooLarge(key);
    keys.add(JSON.stringify([key.pk, key.sk]));
  }
  if (keys.size < writes.length) refuse('the same item is written twice in one transaction');
};

export const checkQuery = (query: Query): void => {
  checkKeyPart('pk', query.pk, MAX_PARTITION_KEY_BYTES);
  for (const name of ['prefix', 'from', 'to', 'after'] as const) {
    if (query[name] !== undefined) checkKeyPart(name, query[name], MAX_SORT_KEY_BYTES);
  }
  if (query.prefix !== undefined && (query.from !== undefined || query.to !== undefined)) {
    refuse('prefix does not go together with from and to');
  }
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > 1000) {
    refuse(`limit must be 1 to 1000, not ${query.limit}`);
  }
};
