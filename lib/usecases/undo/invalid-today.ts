import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';

/** What was valid then may not be by today's configuration: it says so, since nobody sees the file in which the problems are. */
export const invalidToday = async <Result>(
  { batch_id }: Pick<HeaderRow, 'batch_id'>,
  read: () => Result | Promise<Result>,
): Promise<Result> => {
  try {
    return await read();
  } catch (error) {
    if (!isFlotillaError(error, 'BatchInvalid')) throw error;
    const message = `By today's configuration, what batch ${batch_id} has left is not valid any more. ${error.message}`;
    throw new FlotillaError('BatchInvalid', message, error.details, error);
  }
};
