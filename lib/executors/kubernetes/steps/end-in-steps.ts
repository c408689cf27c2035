import type { Advance } from '../advance-result.ts';
import { forbiddenBy } from '../refusals.ts';
import type { Work } from '../work.ts';
import { readBack } from './back-mark.ts';
import { hasSteps } from './find-canaries.ts';
import { mayStep } from './find-steps.ts';
import { goBack, stoppedInSteps } from './go-back.ts';

/**
 * However an attempt ends, if it is not a success, its canary goes back first. If a later attempt has overtaken it,
 * that one takes back what was left.
 */
export const endInSteps = async (work: Work, end: Advance): Promise<Advance> => {
  if ((end.phase !== 'failed' && end.phase !== 'aborted') || !mayStep(work)) return end;
  const { phase, failure } = end;
  if (failure.reason === 'OvertakenByLater' || (await readBack(work)) !== undefined) return end;
  if (!(await mayHaveSteps(work))) return end;
  return goBack(work, phase === 'aborted' ? stoppedInSteps : { phase, ...failure });
};

/** A missing right to read shows up when going back. */
const mayHaveSteps = async (work: Work): Promise<boolean> => {
  try {
    return await hasSteps(work);
  } catch (error) {
    if (forbiddenBy(error) === undefined) throw error;
    return work.touched;
  }
};
