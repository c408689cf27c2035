import { isFlotillaError } from '../domain/errors.ts';
import type { Deps } from './deps.ts';

/** Eight tries with waits of up to 25, 50 … 1600 ms in between: 3.2 s at most, well under the time of an API call. */
const MAX_TRIES = 8;
const FIRST_WAIT = 25;

/**
 * Retries when somebody else wrote in between. `attempt` must itself read what it decides on. Its last error is thrown.
 */
export const retryConflict = async <Result>(
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
  attempt: () => Promise<Result>,
): Promise<Result> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const conflict = isFlotillaError(error, 'ConditionFailed') || isFlotillaError(error, 'TableBusy');
      if (!conflict || tries === MAX_TRIES) throw error;
      await clock.sleep(random.next() * FIRST_WAIT * 2 ** (tries - 1));
    }
  }
};
