import type { JsonObject } from '../../domain/json.ts';
import { apiKindOf } from '../../domain/manifests/workload-object.ts';
import type { KubernetesObject, Patched } from '../../domain/ports.ts';
import {
  argoAbort,
  argoPauseName,
  argoPromote,
  argoPromoteFull,
  argoRetry,
  isBackOnStable,
  isBetweenRevisions,
  isObserved,
  wasAbortedBefore,
} from '../../domain/rollout/argo-control.ts';
import type { Expected, Finding } from '../../domain/rollout/judgement.ts';
import { numberAt, stringAt, valueAt } from '../../domain/rollout/kubernetes-object.ts';
import { containersOf, podSpecOf } from '../../domain/rollout/pod-template.ts';
import { judgeRollout } from '../../domain/rollout/verdict.ts';
import { type Advance, aborted, failed, running, waiting } from './advance-result.ts';
import type { Memory } from './other-workloads.ts';
import { hasProceededAt } from './proceed-mark.ts';
import { isOfAttempt, isRestore } from './standing.ts';
import { isStopped } from './stop-mark.ts';
import type { Wanted, Work } from './work.ts';

/**
 * Follows an Argo Rollout to its end. Its controller makes the steps that the object describes. Undefined when it is
 * done, and for all other kinds.
 */
export const awaitRollout = async (work: Work, wanted: Wanted, memory: Memory): Promise<Advance | undefined> => {
  if (work.request.deployment.workload.kind !== 'rollout') return undefined;
  const { rollout, finding } = await judge(work, wanted, memory);
  if (finding.verdict === 'healthy') return undefined;
  // The stable pods then serve again; see `leaveRollout`.
  if (!isRestore(work.request) && (await isStopped(work))) return aborted;
  if (rollout === undefined) return running(finding.message);
  return finding.verdict === 'failing' ? giveUp(work, rollout, finding) : goOn(work, rollout, finding);
};

interface JudgedRollout {
  readonly rollout: KubernetesObject | undefined;
  readonly finding: Finding;
}

const judge = async (work: Work, wanted: Wanted, memory: Memory): Promise<JudgedRollout> => {
  const { deployment, key, at } = work.request;
  const { workload } = deployment;
  const [view] = await work.cluster.read([workload]);
  const name = `${key} its rollout`;
  const previous = memory.get(name);
  const { progress, ...finding } = judgeRollout({
    ...{ workload, expected: expectedOf(work, wanted), baseline: { exists: false }, view: view! },
    ...{ now: work.clock.now(), since: at, ...(previous && { previous }) },
  });
  if (finding.verdict === 'healthy') memory.delete(name);
  else memory.set(name, progress);
  return { rollout: view!.workload, finding };
};

/** What was applied says what is expected: a release that was only observed has no trustworthy version. */
const expectedOf = ({ request: { deployment, version } }: Work, { objects }: Wanted): Expected => {
  const { workload, docker_artifact_type: artifactType } = deployment;
  const object = objects.find(({ isWorkload }) => isWorkload)?.object;
  const containers = object === undefined ? [] : containersOf(podSpecOf({ kind: 'rollout' }, object));
  const image = (containers.find(({ name }) => name === workload.container) ?? containers[0])?.image;
  return { version, artifactType, ...(image === undefined ? {} : { image }) };
};

/** A restore takes no steps. An indefinite pause waits for a person. */
const goOn = async (work: Work, rollout: KubernetesObject, { reason, message }: Finding): Promise<Advance> => {
  const isPause = reason === 'AwaitsPromotion' || reason === 'StepPause';
  if (isPause && isRestore(work.request)) return told(await patch(work, rollout, argoPromoteFull), message);
  if (reason !== 'AwaitsPromotion') return running(message);
  if (!(await hasProceededAt(work, argoPauseName(rollout)))) return waiting(reason, message);
  const answer = await patch(work, rollout, argoPromote(rollout));
  if (answer.kind !== 'refused') return running(`somebody let the rollout go on: ${message}`);
  return waiting(reason, `somebody let it go on, but the API server says: ${answer.message}`);
};

const told = (answer: Patched, message: string): Advance =>
  running(answer.kind === 'refused' ? `${message}; the API server says: ${answer.message}` : message);

/** Findings that another attempt would meet again. */
const lasting: readonly string[] = ['InvalidSpec', 'Paused', 'RolloutAborted', 'RolloutDegraded'];

/** A rollout aborted before this attempt is started again. One that failed midway loses its traffic. */
const giveUp = async (work: Work, rollout: KubernetesObject, { reason, message }: Finding): Promise<Advance> => {
  if (wasAbortedBefore(rollout, work.request.at)) {
    const answer = await patch(work, rollout, argoRetry);
    if (answer.kind !== 'refused') return running('the rollout was aborted earlier and starts again');
  }
  const isOpen = isBetweenRevisions(rollout) && valueAt(rollout, 'status', 'abort') !== true;
  if (isOpen && !isRestore(work.request)) await patch(work, rollout, argoAbort);
  return failed(reason, `Rollout ${titleOf(rollout)}: ${message}.`, !lasting.includes(reason));
};

const titleOf = (rollout: KubernetesObject): string =>
  `${stringAt(rollout, 'metadata', 'namespace') ?? ''}/${stringAt(rollout, 'metadata', 'name') ?? ''}`;

/**
 * Aborts a rollout whose end was requested, and waits until the stable pods serve. Undefined when they do, or there is
 * nothing to abort.
 */
export const leaveRollout = async (work: Work): Promise<Advance | undefined> => {
  const { kind, namespace, name } = work.request.deployment.workload;
  if (kind !== 'rollout' || isRestore(work.request) || !(await isStopped(work))) return undefined;
  const live = await work.objects.get({ ...apiKindOf({ kind })!, namespace, name });
  if (live === undefined || !isOfAttempt(work.request, live)) return undefined;
  work.touched = true;
  // The controller would start a change that it has not seen yet, even after an abort.
  if (!isObserved(live))
    return running(`waits until the rollout's controller has seen the change that is to be aborted`);
  if (!isBetweenRevisions(live) || isBackOnStable(live)) return undefined;
  const isAsked = valueAt(live, 'status', 'abort') === true;
  const answer = isAsked ? undefined : await patch(work, live, argoAbort);
  if (answer?.kind === 'refused') return failed('AbortRefused', refusedAbort(live, answer.message));
  return running(`the stable pods take over again: ${numberAt(live, 'status', 'availableReplicas')} are available`);
};

const refusedAbort = (rollout: KubernetesObject, message: string): string =>
  `Rollout ${titleOf(rollout)} should be aborted, but the API server says: ${message}. It goes on. Abort it with \`kubectl argo rollouts abort\`.`;

/** Patches the version that was read. By now the rollout may be at another pause. */
const patch = (work: Work, rollout: KubernetesObject, status: JsonObject): Promise<Patched> => {
  const { namespace, name } = work.request.deployment.workload;
  const address = { ...apiKindOf({ kind: 'rollout' })!, namespace, name };
  return work.objects.patchStatus(address, status, stringAt(rollout, 'metadata', 'resourceVersion'));
};
