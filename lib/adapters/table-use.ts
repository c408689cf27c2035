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

/**
 * Writes: a unit for each 1 KB of each item, double in a transaction (prepare and commit), also when a condition fails.
 * A check is counted like a write.
 */
export const useOfWrites = (sizes: readonly number[], transactional: boolean): TableUse => {
  const single = sizes.reduce((sum, bytes) => sum + units(bytes, WRITE_UNIT_BYTES), 0);
  return { reads: 0, writes: transactional ? 2 * single : single, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
};
