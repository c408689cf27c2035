import { describeStep } from './describe-step.ts';
import { nextStep, replicasFor } from './step-path.ts';
import type { CanaryMarks, StepsSeen } from './steps-seen.ts';

/** The one next action. */
export type StepAction =
  /** Gives the canary the replicas of that step. */
  | { readonly do: 'apply'; readonly step: number }
  /** Reduces its pods within the current step, because the workload has fewer. */
  | { readonly do: 'shrink'; readonly step: number }
  /** Gives it that step's share of the traffic. */
  | { readonly do: 'shift'; readonly step: number }
  /** The step's time counts from now. */
  | { readonly do: 'begin'; readonly step: number }
  | { readonly do: 'wait'; readonly message: string }
  /** Waits for a person's approval. */
  | { readonly do: 'ask'; readonly message: string }
  /** Gives the workload itself the new version. */
  | { readonly do: 'promote' }
  | { readonly do: 'back'; readonly message: string; readonly retryable: boolean };

/**
 * Decides a canary's next action. Its share only falls when it goes back. It is promoted only if pods and numbers were
 * good at every step. Every observer decides the same, because everything is read from the live objects.
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

/** With a route or a Service it may have all of the traffic, and an autoscaler may then scale the workload to zero. */
const isUnwanted = ({ strategy, stable }: StepsSeen, { step }: CanaryMarks): boolean =>
  stable === 0 && (strategy.traffic.by === 'replicas' || (strategy.steps[step] ?? 100) < 100);

/**
 * An autoscaler that counts both objects' pods shrinks the workload: the canary would then have more than its share.
 */
const isTooLarge = ({ strategy, stable, pods = 0 }: StepsSeen, { step }: CanaryMarks): boolean =>
  strategy.traffic.by === 'replicas' && pods > replicasFor(strategy.traffic, strategy.steps[step] ?? 100, stable);

/** Pods and traffic match the step. */
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
