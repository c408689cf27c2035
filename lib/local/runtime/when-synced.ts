import type { Table } from '../../domain/ports.ts';

/**
 * Holds back an answer, good or bad, until everything it may rest on would survive a power cut. On AWS this is always
 * so: a function cannot read what could still be lost.
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
