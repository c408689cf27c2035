import { FlotillaError } from '../../domain/errors.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';

/** Ours have 26 characters. A table takes no key of any length, and what is longer than this is no batch in any case. */
const longestId = 64;

/** The header of a batch; throws BatchNotFound. */
export const findBatch = async ({ table }: Pick<Deps, 'table'>, batchId: string): Promise<HeaderRow> => {
  const header = batchId.length > longestId ? undefined : rowOf<HeaderRow>(await table.get(keys.header(batchId)));
  if (header === undefined) {
    throw new FlotillaError('BatchNotFound', `There is no batch ${batchId}.`, { batch_id: batchId });
  }
  return header;
};
