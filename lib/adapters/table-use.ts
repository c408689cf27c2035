import type { Write } from '../domain/ports.ts';

/** What one call cost, in the units that DynamoDB bills, so that the costs of a deployment can be counted in a test. */
export interface TableUse {
  readonly reads: number;
  readonly writes: number;
  readonly bytes: number;
}

export type OnUse = (use: TableUse) => void;

const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;

const units = (bytes: number, unit: number): number => Math.max(1, Math.ceil(bytes / unit));

/** A consistent read: a unit for each 4 KB of all that was read together, and one for having found nothing. */
export const useOfRead = (bytes: number): TableUse => ({ reads: units(bytes, READ_UNIT_BYTES), writes: 0, bytes });

/** A single write without a condition needs no transaction; see DynamoTable for why one with a condition does. */
export const isPlain = (writes: readonly Write[]): boolean => writes.length === 1 && writes[0]?.when === undefined;

/**
 * Writes that were done: a unit for each 1 KB of each item, double in a transaction (prepare and commit). A check is
 * counted like a write. What failed its condition or met a conflict is billed too, but is not counted here.
 */
export const useOfWrites = (writes: readonly Write[], sizes: readonly number[]): TableUse => {
  const single = sizes.reduce((sum, bytes) => sum + units(bytes, WRITE_UNIT_BYTES), 0);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { reads: 0, writes: isPlain(writes) ? single : 2 * single, bytes };
};
