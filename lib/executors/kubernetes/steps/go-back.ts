import type { StepAction } from '../../../domain/strategy/decide-step.ts';
import { type Advance, failed } from '../advance-result.ts';
import type { Work } from '../work.ts';
import { type Back, markBack } from './back-mark.ts';
import { findCanaries, type TakenBack, takeBack } from './take-back.ts';

/** Why a canary that is not good goes back. */
export const canaryFailed = ({ message, retryable }: Extract<StepAction, { readonly do: 'back' }>): Back => ({
  ...{ phase: 'failed', reason: 'CanaryFailed', retryable },
  message: `The new version was not good: ${message}.`,
});

export const stoppedInSteps: Back = {
  ...{ phase: 'aborted', reason: 'Aborted', retryable: false },
  message: 'It was stopped in the middle of its steps.',
};

/** It is decided, and whoever looks after this goes on with it. */
export const goBack = async (work: Work, back: Back): Promise<Advance> => {
  await markBack(work, back);
  return finishBack(work, back);
};

/** Takes all canaries of the attempt back, and then tells how it ended. What could not be taken back is told, too. */
export const finishBack = async (work: Work, back: Back): Promise<Advance> => {
  work.touched = true;
  const taken: TakenBack[] = [];
  for (const canary of await findCanaries(work)) taken.push(await takeBack(work, canary, { keep: true }));
  const problems = taken.flatMap(({ problem }) => problem ?? []);
  const kept = taken.flatMap((one) => one.kept);
  const traffic =
    problems.length > 0 ? `Look at it at once, ${problems.join('; ')}.` : 'All traffic is with what ran before.';
  const study = kept.length === 0 ? '' : ` To be looked at there stays, without traffic: ${kept.join(', ')}.`;
  const message = `${back.message} ${traffic}${study}`;
  if (back.phase === 'failed') return failed(back.reason, message, back.retryable);
  return { phase: 'aborted', failure: { reason: back.reason, message, retryable: back.retryable } };
};

/** What an earlier attempt has left. Of a restore the pods stay that were kept to be studied. */
export const retireCanaries = async (
  work: Work,
  { keep }: { readonly keep: boolean },
): Promise<Advance | undefined> => {
  for (const canary of await findCanaries(work)) {
    const { problem } = await takeBack(work, canary, { keep });
    if (problem !== undefined) return failed('ObjectsRefused', `What an earlier attempt has left: ${problem}.`);
  }
  return undefined;
};
