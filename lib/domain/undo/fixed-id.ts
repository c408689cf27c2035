import { createHash } from 'node:crypto';
import { idEnd, idTime } from '../record/batch-id.ts';

/**
 * The id of the nth rollback of a batch that nobody was told of before: the same each time that its end is worked out, so that who is
 * killed halfway leaves nothing behind that is not taken up. It sorts by time like any other; `at` is when the last deployment ended.
 */
export const fixedRollbackId = (batchId: string, n: number, at: number): string =>
  idTime(at) + idEnd(createHash('sha256').update(`rollback/${batchId}/${n}`).digest().subarray(0, 16));
