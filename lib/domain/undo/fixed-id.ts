import { createHash } from 'node:crypto';

/** Crockford's base 32, as in a ULID. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The id of the nth rollback of a batch that nobody was told of before: the same each time that its end is worked out, so that who is
 * killed halfway leaves nothing behind that is not taken up. It sorts by time like any other; `at` is when the last deployment ended.
 */
export const fixedRollbackId = (batchId: string, n: number, at: number): string => {
  let [time, rest] = ['', Math.trunc(at)];
  for (let digit = 0; digit < 10; digit += 1) {
    time = alphabet[rest % 32]! + time;
    rest = Math.floor(rest / 32);
  }
  const hash = createHash('sha256').update(`rollback/${batchId}/${n}`).digest();
  return time + [...hash.subarray(0, 16)].map((byte) => alphabet[byte % 32]).join('');
};
