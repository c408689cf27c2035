import { isFlotillaError } from '../domain/errors.ts';
import type { Deps } from './deps.ts';

/** Eight tries, with waits of up to 25, 50 … 1600 ms between them: 3.2 s at most, well under an API call's time. */
const MAX_TRIES = 8;
const FIRST_WAIT = 25;

/**
 * Reads, decides and writes anew when somebody else wrote in between. `attempt` must read what it decides on itself;
 * its last error stands.
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
