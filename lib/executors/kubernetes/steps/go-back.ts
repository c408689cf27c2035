import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import type { KubernetesObject } from '../../../domain/ports.ts';
import { canaryMarks } from '../../../domain/strategy/canary-object.ts';
import type { StepAction } from '../../../domain/strategy/decide-step.ts';
import { strategyOf } from '../../../domain/strategy/steps-of.ts';
import { type Advance, failed, running } from '../advance-result.ts';
import { forbiddenBy } from '../refusals.ts';
import { isOfAttempt } from '../standing.ts';
import type { Work } from '../work.ts';
import { type Back, markBack } from './back-mark.ts';
import { findCanaries, findLedAway, readOwnName } from './find-canaries.ts';
import { readServing } from './serving.ts';
import { type TakenBack, takeBack, takeTraffic } from './take-back.ts';

/** Why a bad canary goes back. */
export const canaryFailed = ({ message, retryable }: Extract<StepAction, { readonly do: 'back' }>): Back => ({
  ...{ phase: 'failed', reason: 'CanaryFailed', retryable },
  message: `The new version failed as a canary: ${message}.`,
});

export const stoppedInSteps: Back = {
  ...{ phase: 'aborted', reason: 'Aborted', retryable: false },
  message: 'It was stopped during its steps.',
};

/** Records the decision; any later look goes on with it. */
export const goBack = async (work: Work, back: Back): Promise<Advance> => {
  return finishBack(work, await markBack(work, back));
};

/** Takes all the attempt's canaries back, and then reports how it ended and what could not be taken back. */
export const finishBack = async (work: Work, back: Back): Promise<Advance> => {
  work.touched = true;
  const taken = await takeAllBack(work, back);
  const open = taken.find((one) => one.kind === 'waits');
  if (open !== undefined) return running(`goes back: ${open.message}`, 'back');
  const kept = taken.flatMap((one) => (one.kind === 'back' ? one.kept : []));
  const traffic = await tellTraffic(work, taken);
  const study = kept.length === 0 ? '' : ` Left for study, without traffic: ${kept.join(', ')}.`;
  const message = `${back.message} ${traffic}${study}`;
  if (back.phase === 'failed') return failed(back.reason, message, back.retryable);
  return { phase: 'aborted', failure: { reason: back.reason, message, retryable: back.retryable } };
};

const tellTraffic = async (work: Work, taken: readonly TakenBack[]): Promise<string> => {
  const problems = taken.flatMap((one) => (one.kind === 'problem' ? one.message : []));
  if (problems.length > 0) return `Act at once: ${problems.join('; ')}.`;
  const held = taken.find((one) => one.kind === 'held');
  if (held !== undefined) return held.message;
  const { isPromoted, title } = await readServing(work);
  return isPromoted
    ? `All traffic goes to ${title}, which already has the new version.`
    : 'All traffic goes to what ran before.';
};

/** First this attempt's own, by its name, then what others have left. */
const takeAllBack = async (work: Work, back: Back): Promise<readonly TakenBack[]> => {
  const taken = [await orForbidden(() => takeOwnBack(work, back))];
  taken.push(await orForbidden(() => takeOthersBack(work)));
  return taken;
};

const takeOthersBack = async (work: Work): Promise<TakenBack> => {
  const kept: string[] = [];
  for (const canary of await findCanaries(work)) {
    if (isOfAttempt(work.request, canary)) continue;
    const taken = await takeBack(work, canary, { keep: true });
    if (taken.kind !== 'back') return taken;
    kept.push(...taken.kept);
  }
  return { kind: 'back', kept };
};

const orForbidden = async (take: () => Promise<TakenBack>): Promise<TakenBack> => {
  try {
    return await take();
  } catch (error) {
    const message = forbiddenBy(error);
    if (message === undefined) throw error;
    return { kind: 'problem', message: `the traffic could not be taken back: ${message}` };
  }
};

const nothing: TakenBack = { kind: 'back', kept: [] };

const takeOwnBack = async (work: Work, back: Back): Promise<TakenBack> => {
  const named = await readOwnName(work);
  if (named !== undefined) {
    if (!isOfAttempt(work.request, named)) return nothing;
    const held = canaryMarks(named) === undefined ? undefined : await holdTraffic(work, named, back);
    if (held !== undefined) return held;
    return withShare(work, named, await orForbidden(() => takeBack(work, named, { keep: true })));
  }
  const moving = await findLedAway(work);
  return moving === undefined ? nothing : ((await takeTraffic(work, moving)) ?? nothing);
};

/**
 * How long a stopped attempt waits for the pods of a workload that already has the new version. A failed one has a
 * restore instead.
 */
const readyMilliseconds = 180_000;

const holdTraffic = async (work: Work, canary: KubernetesObject, back: Back): Promise<TakenBack | undefined> => {
  const { lacks, title, isPromoted } = await readServing(work);
  if (lacks === undefined) return undefined;
  const isEarly = work.clock.now() - (back.at ?? 0) < readyMilliseconds;
  if (isPromoted && back.phase === 'aborted' && isEarly)
    return { kind: 'waits', message: `waits for ${title}: ${lacks}` };
  const what = isPromoted ? `${title}, which already has the new version,` : title;
  return { kind: 'held', message: `The traffic stays with ${objectTitle(canary)}: ${what} cannot take it: ${lacks}.` };
};

/** Adds how much traffic is still with a canary that could not be taken back. */
const withShare = (work: Work, canary: KubernetesObject, taken: TakenBack): TakenBack => {
  const step = canaryMarks(canary)?.step;
  const share = step === undefined ? undefined : strategyOf(work.request.deployment)?.steps[step];
  if (taken.kind !== 'problem' || share === undefined) return taken;
  return { ...taken, message: `${taken.message}; up to ${share} % of it still goes to ${objectTitle(canary)}` };
};

export interface Retiring {
  /** True for a restore: pods kept for study stay. */
  readonly keep: boolean;
  /** Only these. */
  readonly only?: (canary: KubernetesObject) => boolean;
}

/** Takes back what an earlier attempt has left. */
export const retireCanaries = async (
  work: Work,
  { keep, only = () => true }: Retiring,
): Promise<Advance | undefined> => {
  for (const canary of (await findCanaries(work)).filter(only)) {
    const taken = await takeBack(work, canary, { keep });
    if (taken.kind === 'problem') return failed('ObjectsRefused', `An earlier attempt left this: ${taken.message}.`);
    if (taken.kind === 'waits') return running(`takes back what earlier steps left: ${taken.message}`);
  }
  return undefined;
};
