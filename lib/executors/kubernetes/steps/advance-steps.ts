import { isWorthAnotherTry } from '../../../domain/deployment/rollout-failure.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import type { Applied, KubernetesObject } from '../../../domain/ports.ts';
import { containersOf, podSpecOf } from '../../../domain/rollout/pod-template.ts';
import { canaryMarks, canaryObject } from '../../../domain/strategy/canary-object.ts';
import { decideStep, type StepAction } from '../../../domain/strategy/decide-step.ts';
import { nextStep, replicasFor } from '../../../domain/strategy/step-path.ts';
import type { CanaryMarks, Health, StepsSeen, TrafficSeen } from '../../../domain/strategy/steps-seen.ts';
import type { ChecksVerdict } from '../../../domain/strategy/strategy.ts';
import { type Advance, running, waiting } from '../advance-result.ts';
import { send } from '../apply.ts';
import { readChecks } from '../checks.ts';
import { judgeWorkloads, type Memory } from '../other-workloads.ts';
import { hasProceeded } from '../proceed-mark.ts';
import { isPassing, wordsOf } from '../refusals.ts';
import { isOfAttempt } from '../standing.ts';
import { isStopped } from '../stop-mark.ts';
import { marksOf } from '../wanted.ts';
import { mostTries, placeless, type Work } from '../work.ts';
import { readBack } from './back-mark.ts';
import { readOwnName } from './find-canaries.ts';
import type { Steps } from './find-steps.ts';
import { canaryFailed, finishBack, goBack, stoppedInSteps } from './go-back.ts';
import { type Moving, readTraffic, shiftTraffic } from './traffic.ts';

/** Takes the canary as far as possible now. Undefined when the workload itself is next. */
export const advanceSteps = async (work: Work, steps: Steps, memory: Memory): Promise<Advance | undefined> => {
  let seen: Seen = { ...steps, canaryLive: steps.live };
  for (let tries = 1; tries <= mostTries && work.clock.now() < work.end; tries += 1) {
    const observed = await observe(work, seen, memory);
    const gone = await goneOtherwise(work);
    if (gone !== undefined) return gone;
    const action = decideStep(observed.seen);
    if (action.do === 'promote') return undefined;
    if (action.do === 'wait') return running(action.message, nameOfStep(observed.seen));
    if (action.do === 'ask') return waiting('waits for a person', action.message);
    if (action.do === 'back') return goBack(work, canaryFailed(action));
    const answer = await act(work, { ...seen, ...observed }, action);
    if (answer.kind === 'refused' && isPassing(answer))
      return running(`goes on with its steps: ${answer.message}`, nameOfStep(observed.seen));
    if (answer.kind === 'refused' || answer.kind === 'conflict') return goBack(work, refusedBy(answer));
    seen = { ...seen, canaryLive: await readOwnName(work) };
  }
  return running('goes on with its steps at the next look');
};

/**
 * Whether its end was requested, or it already goes back. Checked after everything is read and before anything is
 * written on that basis: a look that read before it went back must not send it forward again.
 */
export const goneOtherwise = async (work: Work): Promise<Advance | undefined> => {
  const back = await readBack(work);
  if (back !== undefined) return finishBack(work, back);
  return (await isStopped(work)) ? goBack(work, stoppedInSteps) : undefined;
};

/** Moving to a step and being at it have two names. */
const nameOfStep = ({ canary }: StepsSeen): string =>
  canary?.isMoving === false ? `${canary.step}-reached` : String(canary?.step ?? 0);

/** What a look knows of the canary. */
interface Seen extends Steps {
  readonly canaryLive: KubernetesObject | undefined;
}

interface Observed {
  readonly seen: StepsSeen;
  /** The object that moves the traffic, as it was read. */
  readonly trafficLive?: KubernetesObject;
}

const refusedBy = (answer: Extract<Applied, { readonly kind: 'refused' | 'conflict' }>) =>
  canaryFailed({
    do: 'back',
    message: `the cluster refused the next step: ${wordsOf(answer)}`,
    retryable: false,
  });

export const movingBy = ({ mark, namespace, strategy }: Steps): Moving => ({ mark, namespace, kind: strategy });

const good: ChecksVerdict = { kind: 'good', message: 'no step exists yet' };

const observe = async (work: Work, steps: Seen, memory: Memory): Promise<Observed> => {
  const { strategy, stable, canaryLive } = steps;
  const canary = canaryLive && isOfAttempt(work.request, canaryLive) ? canaryMarks(canaryLive) : undefined;
  const traffic = await readTraffic(work, movingBy(steps));
  const standing: TrafficSeen = { kind: 'stands', share: strategy.steps[canary?.step ?? 0] ?? 100 };
  const isLast = canary !== undefined && nextStep(strategy, stable, canary.step) === undefined;
  return {
    seen: {
      ...{ strategy, stable, now: work.clock.now(), traffic: traffic?.seen ?? standing },
      ...(canary === undefined ? {} : { canary, pods: replicasIn(canaryLive!) }),
      health:
        canary === undefined ? { kind: 'waiting', message: '' } : await judgeHealth(work, canaryOf(steps), memory),
      checks: canary?.since === undefined ? good : await readChecks(work, strategy, canary.since),
      hasProceeded: isLast && strategy.proceed === 'person' && (await hasProceeded(work)),
    },
    ...(traffic?.live === undefined ? {} : { trafficLive: traffic.live }),
  };
};

/** What to judge about the canary. */
export const canaryOf = ({ whole, namespace, canaryName: name }: Steps): Judged => ({ whole, namespace, name });

interface Judged {
  /** The object with its image. */
  readonly whole: JsonObject;
  readonly namespace: string;
  readonly name: string;
}

/** Judges by the rules that verify the service itself. */
export const judgeHealth = async (work: Work, { whole, namespace, name }: Judged, memory: Memory): Promise<Health> => {
  const { workload, rollout: settings } = work.request.deployment;
  const containers = containersOf(podSpecOf({ kind: 'deployment' }, whole));
  const container = containers.find((one) => one.name === workload.container) ?? containers[0];
  const own = container === undefined ? {} : { container: container.name };
  const [judged] = await judgeWorkloads(
    work,
    [
      {
        title: objectTitle({ kind: 'Deployment', metadata: { namespace, name } }),
        ...{ workload: { kind: 'deployment', namespace, name, ...own }, image: container?.image ?? '', settings },
      },
    ],
    memory,
  );
  const { verdict, message, reason, title } = judged!;
  if (verdict !== 'failing') return { kind: verdict, message };
  return { kind: verdict, message: `${title}: ${reason}, ${message}`, isLasting: !isWorthAnotherTry(reason) };
};

type Change = Extract<StepAction, { readonly do: 'apply' | 'shrink' | 'shift' | 'begin' }>;

/** Each write applies to exactly the version that was judged. If that has changed, the next look decides again. */
const act = async (work: Work, steps: Seen & Observed, action: Change): Promise<Applied> => {
  const { strategy, canaryLive, trafficLive, moved } = steps;
  const { canary } = steps.seen;
  const share = strategy.steps[action.step] ?? 100;
  if (action.do === 'shift' && trafficLive !== undefined && moved !== undefined)
    return shiftTraffic(work, movingBy(steps), { share, live: trafficLive, first: moved.object });
  const since = action.do === 'begin' ? work.clock.now() : canary?.since;
  const at: CanaryMarks = {
    ...{ step: action.step, isMoving: action.do === 'shrink' ? canary?.isMoving === true : action.do !== 'begin' },
    ...(since === undefined ? {} : { since }),
  };
  work.touched = true;
  return send(
    work,
    { wanted: placeless(canaryAt(work, steps, at)), live: canaryLive },
    canaryLive === undefined ? { absent: true } : {},
  );
};

/**
 * The canary as a step wants it. It never shrinks: an autoscaler that sees less traffic makes only the workload
 * smaller.
 */
export const canaryAt = (work: Work, steps: Steps & Partial<Pick<Seen, 'canaryLive'>>, at: CanaryMarks): JsonObject => {
  const { strategy, mark, own, whole, stable } = steps;
  const live = steps.canaryLive;
  const wanted = replicasFor(strategy.traffic, strategy.steps[at.step] ?? 100, stable);
  const isOwn = live !== undefined && isOfAttempt(work.request, live);
  const replicas = isOwn && mark.by !== 'replicas' ? Math.max(wanted, replicasIn(live)) : wanted;
  return canaryObject({ workload: whole, strategy, traffic: mark, own, marks: marksOf(work.request), at, replicas });
};

const replicasIn = ({ spec }: KubernetesObject): number =>
  Number((spec as { readonly replicas?: number }).replicas ?? 1);
