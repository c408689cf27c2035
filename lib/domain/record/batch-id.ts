/** Batch ids are ULIDs: 26 letters and digits. The first ten encode the time. Lower case is equivalent. */
const letters = '[0-9A-HJKMNP-TV-Z]';
const whole = new RegExp(`^${letters}{26}$`, 'i');
const beginning = new RegExp(`^${letters}{1,26}$`, 'i');

/**
 * The time is in milliseconds, five bits per character. Batches within 34.8 years (2^40 ms) share the first two
 * characters, within 12.4 days (2^30 ms) the first four, within 17 minutes (2^20 ms) the first six.
 */
export const shortestPrefix = 4;

/** `latest` stands for the caller's latest batch. No id looks like it, because ULIDs have no L. */
export const isLatest = (named: string): boolean => named.toLowerCase() === 'latest';

/** The id as stored, if this is a complete one. */
export const wholeBatchId = (named: string): string | undefined =>
  whole.test(named) ? named.toUpperCase() : undefined;

/** The id prefix that this may mean; undefined if no id starts so. */
export const prefixOfBatchIds = (named: string): string | undefined =>
  beginning.test(named) ? named.toUpperCase() : undefined;

/** Crockford's base 32. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The prefix of ids made in this millisecond. Ids of earlier ones sort before it, later ones after. */
export const idTime = (at: number): string => {
  let [time, rest] = ['', Math.trunc(at)];
  for (let digit = 0; digit < 10; digit += 1) {
    time = alphabet[rest % 32]! + time;
    rest = Math.floor(rest / 32);
  }
  return time;
};

/** The random end of an id: sixteen characters from as many bytes. */
export const idEnd = (bytes: Uint8Array): string => [...bytes].map((byte) => alphabet[byte % 32]).join('');
