import type { Table } from '../../domain/ports.ts';

/**
 * Lets an answer go, good or bad, when all that it may rest on would outlive a power cut. So it is with a function on AWS,
 * where nothing can be read that could still be lost.
 */
export const whenSynced = async <Answer>(
  table: Pick<Table, 'synced'>,
  answer: () => Promise<Answer>,
): Promise<Answer> => {
  try {
    return await answer();
  } finally {
    await table.synced();
  }
};
