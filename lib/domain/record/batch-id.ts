/** Ids of batches are ULIDs: 26 letters and digits, of which the first ten tell the time. Small letters mean the same. */
const letters = '[0-9A-HJKMNP-TV-Z]';
const whole = new RegExp(`^${letters}{26}$`, 'i');
const beginning = new RegExp(`^${letters}{1,26}$`, 'i');

/**
 * The time is in milliseconds, five bits a character: batches of 34.8 years (2^40 ms) begin with the same two, of 12.4 days
 * (2^30 ms) with the same four, of 17 minutes (2^20 ms) with the same six.
 */
export const shortestPrefix = 4;

/** What stands for the id of the latest batch of whoever asks. No id looks like it: ULIDs have no L. */
export const isLatest = (named: string): boolean => named.toLowerCase() === 'latest';

/** The id as it is written in the record, when this is a whole one. */
export const wholeBatchId = (named: string): string | undefined =>
  whole.test(named) ? named.toUpperCase() : undefined;

/** How the ids begin that this may mean; undefined when no id begins so. */
export const prefixOfBatchIds = (named: string): string | undefined =>
  beginning.test(named) ? named.toUpperCase() : undefined;
