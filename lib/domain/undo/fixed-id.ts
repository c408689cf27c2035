import { createHash } from 'node:crypto';
import { idEnd, idTime } from '../record/batch-id.ts';

/**
 * The id of a batch's nth rollback before anybody knows of it. It is the same each time the batch's end is computed, so
 * a crash halfway leaves nothing that is not picked up. It sorts by time like any other; `at` is when the last
 * deployment ended.
 */
export const fixedRollbackId = (batchId: string, n: number, at: number): string =>
  idTime(at) + idEnd(createHash('sha256').update(`rollback/${batchId}/${n}`).digest().subarray(0, 16));
