import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';

/**
 * A batch that was valid then may not be valid by today's configuration. The message says so, because the caller does
 * not see the file with the problems.
 */
export const invalidToday = async <Result>(
  { batch_id }: Pick<HeaderRow, 'batch_id'>,
  read: () => Result | Promise<Result>,
): Promise<Result> => {
  try {
    return await read();
  } catch (error) {
    if (!isFlotillaError(error, 'BatchInvalid')) throw error;
    const message = `The current configuration no longer allows what batch ${batch_id} has left. ${error.message}`;
    throw new FlotillaError('BatchInvalid', message, error.details, error);
  }
};
