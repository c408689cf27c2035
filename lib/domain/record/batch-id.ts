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

/** Crockford's base 32. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** How the ids begin that are made in this millisecond: those of earlier ones sort before it, those of later ones behind. */
export const idTime = (at: number): string => {
  let [time, rest] = ['', Math.trunc(at)];
  for (let digit = 0; digit < 10; digit += 1) {
    time = alphabet[rest % 32]! + time;
    rest = Math.floor(rest / 32);
  }
  return time;
};

/** Sixteen characters from as many bytes, as an id ends. */
export const idEnd = (bytes: Uint8Array): string => [...bytes].map((byte) => alphabet[byte % 32]).join('');
