import type { JsonObject } from '../../domain/json.ts';
import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import { shortHash } from '../../domain/manifests/marks.ts';
import { addressOf } from '../../domain/manifests/object-address.ts';
import type { RenderedObject } from '../../domain/manifests/render-manifests.ts';
import type { KubernetesObject, ObjectAddress, RunRequest } from '../../domain/ports.ts';
import { conditionOf, isDeleting, numberAt, objectAt, stringAt } from '../../domain/rollout/kubernetes-object.ts';
import { type Advance, aborted, failed, running } from './advance-result.ts';
import { applyOne } from './apply.ts';
import { failureOf } from './refusals.ts';
import { isOfAttempt, readStanding, refusalOf } from './standing.ts';
import { isStopped } from './stop-mark.ts';
import type { Work } from './work.ts';

/** The longest name of a Job: its pods have longer ones. */
const longestName = 52;

/**
 * A hook for this attempt. A Job cannot be changed, and an earlier attempt's has already run. We remove it ourselves,
 * not by its age.
 */
export const ofAttempt = ({ key }: RunRequest, hook: RenderedObject): RenderedObject => {
  const name = stringAt(hook.object, 'metadata', 'name') ?? '';
  const { ttlSecondsAfterFinished: _, ...spec } = objectAt(hook.object, 'spec');
  const metadata: JsonObject = {
    ...objectAt(hook.object, 'metadata'),
    // Hashes the whole name, too: two long names may begin alike.
    name: `${name.slice(0, longestName - 9).replace(/[-.]+$/, '')}-${shortHash(`${key} ${name}`).slice(0, 8)}`,
  };
  return { ...hook, object: { ...hook.object, metadata, spec } };
};

/** Runs hooks one after the other; each must complete. Undefined when all have. */
export const runHooks = async (work: Work, hooks: readonly RenderedObject[]): Promise<Advance | undefined> => {
  for (const hook of hooks) {
    const end = await runHook(work, ofAttempt(work.request, hook));
    if (end !== undefined) return end;
  }
  return undefined;
};

const runHook = async (work: Work, hook: RenderedObject): Promise<Advance | undefined> => {
  const [standing] = await readStanding(work, [hook]);
  const title = objectTitle(hook.object);
  const { live } = standing!;
  if (live !== undefined && isOfAttempt(work.request, live)) return judged(live, title);
  const refusal = refusalOf(work, [standing!]);
  if (refusal !== undefined) return refusal;
  if (await isStopped(work)) return aborted;
  const end = await applyOne(work, standing!);
  if (end !== undefined) return 'why' in end ? failureOf([end]) : end;
  return running(`runs the hook ${title}`);
};

const judged = (job: KubernetesObject, title: string): Advance | undefined => {
  const isTrue = (type: string): boolean => stringAt(conditionOf(job, type), 'status') === 'True';
  if (isTrue('Complete')) return undefined;
  if (!isTrue('Failed')) return running(`waits for the hook ${title}`);
  const { reason, message } = conditionOf(job, 'Failed')!;
  const counts = `${numberAt(job, 'status', 'failed')} of its pods failed`;
  return failed('HookFailed', `The hook ${title} failed: ${reason}, ${message} (${counts}).`, true);
};

/**
 * Removes the hooks of an attempt that must not go on. Undefined when their pods have gone too, so that nothing later
 * runs beside them.
 */
export const removeHooks = async (work: Work, hooks: readonly RenderedObject[]): Promise<Advance | undefined> => {
  const leaving: string[] = [];
  for (const { object } of hooks.map((hook) => ofAttempt(work.request, hook))) {
    const live = await work.objects.get(addressOf(object));
    if (live === undefined || !isOfAttempt(work.request, live)) continue;
    const uid = stringAt(live, 'metadata', 'uid') ?? '';
    const isLeft = isDeleting(live) || (await isLeaving(work, addressOf(object), uid));
    if (isLeft) leaving.push(objectTitle(object));
  }
  return leaving.length === 0 ? undefined : running(`waits until ${leaving.join(' and ')} is gone`);
};

/** Without the right to delete it there is nothing to wait for. */
const isLeaving = async ({ objects }: Work, address: ObjectAddress, uid: string): Promise<boolean> => {
  const { kind } = await objects.remove(address, uid, { foreground: true });
  return kind === 'deleted' && (await objects.get(address)) !== undefined;
};
