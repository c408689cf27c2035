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

/** The steps of an attempt that takes some, and what they are about. */
export interface Steps {
  readonly strategy: Strategy;
  readonly mark: TrafficMark;
  readonly own?: OwnLabel;
  /** The workload as it is to be, whole. */
  readonly whole: JsonObject;
  /** Replicas of the workload, as they are now. */
  readonly stable: number;
  readonly namespace: string;
  readonly canaryName: string;
  /** The HTTPRoute or the Service by which the traffic moves, as it is to be in the end. */
  readonly moved?: WantedObject;
  /** The Service whose traffic it is. */
  readonly service?: WantedObject;
  /** What stands under the canary's name. */
  readonly live: KubernetesObject | undefined;
  /** The workload has the new version: what is left is to give the traffic back to it. */
  readonly isPromoted: boolean;
}

type Found = Steps | { readonly end: Advance } | undefined;

/** Whether the attempt has a strategy at all. What is put back has none. */
export const mayStep = ({ request }: Pick<Work, 'request'>): boolean =>
  strategyOf(request.deployment) !== undefined && !isRestore(request);

/** Undefined where the attempt takes no steps: it has no strategy, nothing runs yet, or is wanted to, or nothing of the pods changes. */
export const findSteps = async (work: Work, wanted: Wanted, found: readonly Standing[]): Promise<Found> => {
  const { deployment } = work.request;
  const strategy = strategyOf(deployment);
  const main = found.find((one) => one.wanted.isWorkload === true);
  if (strategy === undefined || !mayStep(work) || main?.live === undefined) return undefined;
  const { name, namespace } = deployment.workload;
  if (deployment.workload.kind !== 'deployment')
    return { end: impossible(`${objectTitle(main.live)} is no Deployment`) };
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
      end: impossible(`${objectTitle(route.wanted.object)} is not there yet; deploy it once with at_once: true`),
    };
  const stable = desiredReplicas(main.live);
  return { strategy, whole, stable, namespace, canaryName: canaryName(name, strategy), live, isPromoted, ...moving };
};

export const impossible = (why: string): Advance =>
  failed('StrategyNotPossible', `It cannot take over by steps: ${why}. See docs/canary.md.`);

/** The Service as it stands there has to tell the two apart, too. */
const labelProblem = (found: readonly Standing[], { own, service }: MovedTraffic<WantedObject>): string | undefined => {
  const live = found.find(({ wanted }) => wanted === service)?.live;
  if (own === undefined || live === undefined || stringAt(live, 'spec', 'selector', own.label) !== undefined) return;
  return `${objectTitle(live)} does not select by the label ${own.label} yet; deploy it once with at_once: true`;
};

/** What the server would say tells it: it fills in what manifests leave out. What it does not take is told by the dry run of all. */
const changesPods = async (work: Work, main: Standing): Promise<boolean> => {
  const { of, answer } = await dryRun(work, main);
  if (answer.kind !== 'applied' || of.live === undefined) return true;
  const templateOf = (object: KubernetesObject) => canonicalJson(objectAt(object, 'spec', 'template'));
  return templateOf(answer.object) !== templateOf(of.live);
};

/** Of an image alone, all else is as it stands there. */
const wholeOf = ({ request, settings }: Work, { wanted, live }: Standing): JsonObject => {
  if (settings.manifests !== undefined || live === undefined) return wanted.object;
  const { workload, docker_artifact_type: artifactType } = request.deployment;
  const set = setImage(cleanObject({ ...live, ...{ apiVersion: 'apps/v1', kind: 'Deployment' } }), {
    ...{ workload, version: request.version, artifactType },
  });
  return 'object' in set ? set.object : wanted.object;
};
