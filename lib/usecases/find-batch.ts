import { FlotillaError } from '../domain/errors.ts';
import { keys } from '../domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../domain/record/rows.ts';
import type { Deps } from './deps.ts';

/** The header of a batch; throws BatchNotFound. */
export const findBatch = async ({ table }: Pick<Deps, 'table'>, batchId: string): Promise<HeaderRow> => {
  const header = rowOf<HeaderRow>(await table.get(keys.header(batchId)));
  if (header === undefined) {
    throw new FlotillaError('BatchNotFound', `There is no batch ${batchId}.`, { batch_id: batchId });
  }
  return header;
};
