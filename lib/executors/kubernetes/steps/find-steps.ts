import type { JsonObject } from '../../../domain/json.ts';
import { cleanObject } from '../../../domain/manifests/clean-object.ts';
import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import { setImage } from '../../../domain/manifests/set-image.ts';
import { canonicalJson } from '../../../domain/plan/plan-hash.ts';
import type { KubernetesObject } from '../../../domain/ports.ts';
import { desiredReplicas, objectAt, stringAt } from '../../../domain/rollout/kubernetes-object.ts';
import { canaryName } from '../../../domain/strategy/canary-name.ts';
import type { OwnLabel, TrafficMark } from '../../../domain/strategy/canary-object.ts';
import { type MovedTraffic, movedTraffic } from '../../../domain/strategy/moved-traffic.ts';
import { strategyOf } from '../../../domain/strategy/steps-of.ts';
import type { Strategy } from '../../../domain/strategy/strategy.ts';
import { type Advance, failed } from '../advance-result.ts';
import { dryRun } from '../apply.ts';
import { isOfAttempt, isRestore } from '../standing.ts';
import type { Standing, Wanted, WantedObject, Work } from '../work.ts';
import { readOwnName } from './find-canaries.ts';
import { selectorProblem } from './select-later.ts';

/** An attempt's steps, and what they work on. */
export interface Steps {
  readonly strategy: Strategy;
  readonly mark: TrafficMark;
  readonly own?: OwnLabel;
  /** The complete workload as wanted. */
  readonly whole: JsonObject;
  /** The workload's replicas now. */
  readonly stable: number;
  readonly namespace: string;
  readonly canaryName: string;
  /** The HTTPRoute or Service that moves the traffic, in its final form. */
  readonly moved?: WantedObject;
  /** The Service that receives the traffic. */
  readonly service?: WantedObject;
  /** What exists under the canary's name. */
  readonly live: KubernetesObject | undefined;
  /** The workload has the new version; only the traffic must still return to it. */
  readonly isPromoted: boolean;
}

type Found = Steps | { readonly end: Advance } | undefined;

/** Whether the attempt has a strategy at all. A restore has none. */
export const mayStep = ({ request }: Pick<Work, 'request'>): boolean =>
  strategyOf(request.deployment) !== undefined && !isRestore(request);

/**
 * Undefined if the attempt takes no steps: it has no strategy, nothing runs yet or shall run, or the pods don't change.
 */
export const findSteps = async (work: Work, wanted: Wanted, found: readonly Standing[]): Promise<Found> => {
  const { deployment } = work.request;
  const strategy = strategyOf(deployment);
  const main = found.find((one) => one.wanted.isWorkload === true);
  if (strategy === undefined || !mayStep(work) || main?.live === undefined) return undefined;
  const { name, namespace } = deployment.workload;
  if (deployment.workload.kind !== 'deployment')
    return { end: impossible(`${objectTitle(main.live)} is not a Deployment`) };
  const live = await readOwnName(work);
  const isPromoted = isOfAttempt(work.request, main.live);
  const isBegun = isOfAttempt(work.request, live);
  if (isPromoted && !isBegun) return undefined;
  if (!isBegun && desiredReplicas(main.live) === 0) return undefined;
  if (!isBegun && !(await changesPods(work, main))) return undefined;
  const whole = wholeOf(work, main);
  const moving = movedTraffic(wanted.objects, whole, strategy);
  if ('problem' in moving) return { end: impossible(moving.problem) };
  const selecting = isBegun ? undefined : (selectorProblem(found, whole) ?? labelProblem(found, moving));
  if (selecting !== undefined) return { end: impossible(selecting) };
  const route = found.find((one) => one.wanted === moving.moved && moving.mark.by === 'route');
  if (route !== undefined && route.live === undefined)
    return {
      end: impossible(`${objectTitle(route.wanted.object)} does not exist yet; deploy it once with at_once: true`),
    };
  const stable = desiredReplicas(main.live);
  return { strategy, whole, stable, namespace, canaryName: canaryName(name, strategy), live, isPromoted, ...moving };
};

export const impossible = (why: string): Advance =>
  failed('StrategyNotPossible', `It cannot take over step by step: ${why}. See docs/canary.md.`);

/** The live Service must be able to tell the two apart, too. */
const labelProblem = (found: readonly Standing[], { own, service }: MovedTraffic<WantedObject>): string | undefined => {
  const live = found.find(({ wanted }) => wanted === service)?.live;
  if (own === undefined || live === undefined || stringAt(live, 'spec', 'selector', own.label) !== undefined) return;
  return `${objectTitle(live)} does not yet select by the label ${own.label}; deploy it once with at_once: true`;
};

/**
 * The server's dry run shows it, because it fills in what manifests leave out. The dry run of all objects reports what
 * it refuses.
 */
const changesPods = async (work: Work, main: Standing): Promise<boolean> => {
  const { of, answer } = await dryRun(work, main);
  if (answer.kind !== 'applied' || of.live === undefined) return true;
  const templateOf = (object: KubernetesObject) => canonicalJson(objectAt(object, 'spec', 'template'));
  return templateOf(answer.object) !== templateOf(of.live);
};

/** With an image alone, everything else is as it is in the cluster. */
const wholeOf = ({ request, settings }: Work, { wanted, live }: Standing): JsonObject => {
  if (settings.manifests !== undefined || live === undefined) return wanted.object;
  const { workload, docker_artifact_type: artifactType } = request.deployment;
  const set = setImage(cleanObject({ ...live, ...{ apiVersion: 'apps/v1', kind: 'Deployment' } }), {
    ...{ workload, version: request.version, artifactType },
  });
  return 'object' in set ? set.object : wanted.object;
};
