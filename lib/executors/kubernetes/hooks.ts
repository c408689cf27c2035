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

/** A Job is named at most so, for its pods have longer names. */
const longestName = 52;

/** A hook of this attempt: a Job cannot be changed, and one of an earlier attempt has run. It is removed by us, not by its age. */
export const ofAttempt = ({ key }: RunRequest, hook: RenderedObject): RenderedObject => {
  const name = stringAt(hook.object, 'metadata', 'name') ?? '';
  const { ttlSecondsAfterFinished: _, ...spec } = objectAt(hook.object, 'spec');
  const metadata: JsonObject = {
    ...objectAt(hook.object, 'metadata'),
    // Of the whole name too: two long ones may begin alike.
    name: `${name.slice(0, longestName - 9).replace(/[-.]+$/, '')}-${shortHash(`${key} ${name}`).slice(0, 8)}`,
  };
  return { ...hook, object: { ...hook.object, metadata, spec } };
};

/** One after the other; each must have completed. Undefined when all have. */
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

/** Of an attempt that is not to go on. Undefined when their pods have gone too: whoever comes after it must not meet them at work. */
export const removeHooks = async (work: Work, hooks: readonly RenderedObject[]): Promise<Advance | undefined> => {
  const leaving: string[] = [];
  for (const { object } of hooks.map((hook) => ofAttempt(work.request, hook))) {
    const live = await work.objects.get(addressOf(object));
    if (live === undefined || !isOfAttempt(work.request, live)) continue;
    const uid = stringAt(live, 'metadata', 'uid') ?? '';
    const isLeft = isDeleting(live) || (await isLeaving(work, addressOf(object), uid));
    if (isLeft) leaving.push(objectTitle(object));
  }
  return leaving.length === 0 ? undefined : running(`waits until ${leaving.join(' and ')} has gone`);
};

/** Where we may not delete it there is nothing to wait for. */
const isLeaving = async ({ objects }: Work, address: ObjectAddress, uid: string): Promise<boolean> => {
  const { kind } = await objects.remove(address, uid, { foreground: true });
  return kind === 'deleted' && (await objects.get(address)) !== undefined;
};
