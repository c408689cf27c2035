export const statuses = [
  'PENDING',
  'PROCESSING',
  'SUCCESS',
  'FAILED',
  'ROLLBACK',
  'SKIPPED',
  'CANCELLED',
  'UNKNOWN',
] as const;

/** The status of a batch or a deployment. */
export type Status = (typeof statuses)[number];

const terminal: ReadonlySet<Status> = new Set(['SUCCESS', 'FAILED', 'ROLLBACK', 'SKIPPED', 'CANCELLED', 'UNKNOWN']);

export const isTerminal = (status: Status): boolean => terminal.has(status);
