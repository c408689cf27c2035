import { describeStep } from './describe-step.ts';
import { nextStep, replicasFor } from './step-path.ts';
import type { CanaryMarks, StepsSeen } from './steps-seen.ts';

/** What is to be done next, one thing. */
export type StepAction =
  /** The canary gets as many replicas as that step needs. */
  | { readonly do: 'apply'; readonly step: number }
  /** It gets fewer pods in the step in which it is, because the workload has fewer. */
  | { readonly do: 'shrink'; readonly step: number }
  /** It gets that step's share of the traffic. */
  | { readonly do: 'shift'; readonly step: number }
  /** From now on the time of the step counts. */
  | { readonly do: 'begin'; readonly step: number }
  | { readonly do: 'wait'; readonly message: string }
  /** A person lets it go on. */
  | { readonly do: 'ask'; readonly message: string }
  /** The workload itself gets the new version. */
  | { readonly do: 'promote' }
  | { readonly do: 'back'; readonly message: string; readonly retryable: boolean };

/**
 * The one next action of a canary. Its share never falls but when it goes back; nothing is promoted whose pods and numbers were not good
 * at every step; and whoever looks decides the same, because all of it is read off what stands there.
 */
export const decideStep = (seen: StepsSeen): StepAction => {
  const { canary, health, traffic, checks } = seen;
  if (canary === undefined) return { do: 'apply', step: 0 };
  if (health.kind === 'failing') return back(seen, canary, health.message, health.isLasting !== true);
  if (checks.kind === 'broken') return back(seen, canary, checks.message, false);
  if (traffic.kind === 'refused') return back(seen, canary, traffic.message ?? '', false);
  if (isUnwanted(seen, canary)) return back(seen, canary, 'the workload was scaled to no pods', false);
  if (isTooLarge(seen, canary)) return { do: 'shrink', step: canary.step };
  if (health.kind === 'waiting') return wait(seen, canary, `waits for its pods: ${health.message}`);
  if (traffic.kind === 'pending') return wait(seen, canary, traffic.message ?? '');
  if (traffic.share !== seen.strategy.steps[canary.step]) return { do: 'shift', step: canary.step };
  return canary.isMoving ? { do: 'begin', step: canary.step } : decideStanding(seen, canary);
};

/** By a route or a Service it may have all of the traffic, and an autoscaler then leaves the workload none. */
const isUnwanted = ({ strategy, stable }: StepsSeen, { step }: CanaryMarks): boolean =>
  stable === 0 && (strategy.traffic.by === 'replicas' || (strategy.steps[step] ?? 100) < 100);

/** An autoscaler that counts the pods of both makes the workload smaller: the canary would have more than its share. */
const isTooLarge = ({ strategy, stable, pods = 0 }: StepsSeen, { step }: CanaryMarks): boolean =>
  strategy.traffic.by === 'replicas' && pods > replicasFor(strategy.traffic, strategy.steps[step] ?? 100, stable);

/** Pods and traffic are as the step wants them. */
const decideStanding = (seen: StepsSeen, canary: CanaryMarks): StepAction => {
  const { strategy, now, stable, checks } = seen;
  const isOver = now - (canary.since ?? now) >= strategy.step_seconds * 1_000;
  if (!isOver || checks.kind === 'open') return wait(seen, canary, checks.message);
  const next = nextStep(strategy, stable, canary.step);
  if (next !== undefined) return { do: 'apply', step: next };
  if (strategy.proceed === 'person') {
    if (seen.hasProceeded) return { do: 'promote' };
    return { do: 'ask', message: describeStep(seen, canary, checks.message) };
  }
  return checks.kind === 'proven' ? { do: 'promote' } : wait(seen, canary, `${checks.message}, not proven yet`);
};

const wait = (seen: StepsSeen, canary: CanaryMarks, message: string): StepAction => ({
  do: 'wait',
  message: describeStep(seen, canary, message),
});

const back = (seen: StepsSeen, canary: CanaryMarks, message: string, retryable: boolean): StepAction => ({
  do: 'back',
  message: describeStep(seen, canary, message),
  retryable,
});
