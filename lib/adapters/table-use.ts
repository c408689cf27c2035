import type { Json, JsonObject } from '../domain/json.ts';
import type { Key, Query, Write } from '../domain/ports.ts';
import { keyOf } from './table-limits.ts';

/** What one item or one query used. A query has the key that it began at. */
interface KeyUse extends Key {
  readonly reads: number;
  readonly writes: number;
}

/** What one call cost, in DynamoDB's billing units, so that a test can count what a deployment costs. */
export interface TableUse {
  readonly reads: number;
  readonly writes: number;
  readonly bytes: number;
  /** The same by key: a partition has a limit per second. */
  readonly each: readonly KeyUse[];
}

export type OnUse = (use: TableUse) => void;

const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;

const units = (bytes: number, unit: number): number => Math.max(1, Math.ceil(bytes / unit));

/** A number takes one byte for two digits, plus one. Leading and trailing zeros are not stored. */
const bytesOfNumber = (value: number): number => {
  const [digits = '', exponent = ''] = String(Math.abs(value)).split('e');
  const significant = exponent === '' ? digits.replace('.', '').replace(/^0+|0+$/g, '') : digits.replace('.', '');
  return 1 + Math.ceil(significant.length / 2) + (value < 0 ? 1 : 0);
};

const bytesOf = (value: Json): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return bytesOfNumber(value);
  if (typeof value !== 'object' || value === null) return 1;
  const parts = Array.isArray(value) ? value.map(bytesOf) : [billedBytes(value as JsonObject)];
  const count = Array.isArray(value) ? value.length : Object.keys(value).length;
  return 3 + count + parts.reduce((sum, part) => sum + part, 0);
};

/** An item as it is billed: its names and values, three bytes for a list or map, and one for each entry. */
export const billedBytes = (item: JsonObject): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value), 0);

/** Where a query is counted: its partition, and the first sort key that it asks for. */
export const beginOf = ({ pk, prefix, from }: Query): Key => ({ pk, sk: prefix ?? from ?? '' });

/** A consistent read: one unit for each 4 KB read in total, and one for an empty result. */
export const useOfRead = ({ pk, sk }: Key, bytes: number): TableUse => {
  const reads = units(bytes, READ_UNIT_BYTES);
  return { reads, writes: 0, bytes, each: [{ pk, sk, reads, writes: 0 }] };
};

/** A single write without a condition needs no transaction. DynamoTable says why one with a condition does. */
export const isPlain = (writes: readonly Write[]): boolean => writes.length === 1 && writes[0]?.when === undefined;

/**
 * Completed writes: one unit for each 1 KB of each item, double in a transaction (prepare and commit). A check counts
 * like a write. DynamoDB also bills failed conditions and conflicts; they are not counted here.
 */
export const useOfWrites = (writes: readonly Write[], sizes: readonly number[]): TableUse => {
  const factor = isPlain(writes) ? 1 : 2;
  const each = writes.map((write, at): KeyUse => {
    const { pk, sk } = keyOf(write);
    return { pk, sk, reads: 0, writes: factor * units(sizes[at] ?? 0, WRITE_UNIT_BYTES) };
  });
  return {
    reads: 0,
    writes: each.reduce((sum, use) => sum + use.writes, 0),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    each,
  };
};
