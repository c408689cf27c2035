import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import { maskedDifference } from '../../domain/manifests/masked-difference.ts';
import type { Applied } from '../../domain/ports.ts';
import type { ObjectPreview, RunPreview } from '../../domain/preview/run-preview.ts';
import { rightsFailure } from './advance.ts';
import type { Advance } from './advance-result.ts';
import { dryRun, isAhead } from './apply.ts';
import { ofAttempt } from './hooks.ts';
import { previewDelete, previewScale } from './preview-action.ts';
import { findLeftovers, isPruned } from './prune.ts';
import { wordsOf } from './refusals.ts';
import { withScaled } from './replicas.ts';
import { readStanding, refusalOf } from './standing.ts';
import { ownObjects } from './steps/apply-by-steps.ts';
import { findSteps, type Steps } from './steps/find-steps.ts';
import { findWanted } from './wanted.ts';
import { each, type Standing, type Wanted, type Work } from './work.ts';

/** What an attempt would do with each of its objects, by dry runs of the same applies. Writes nothing. */
export const previewRun = async (work: Work): Promise<RunPreview> => {
  try {
    const { action } = work.request.deployment;
    if (action === 'delete') return await previewDelete(work);
    if (action === 'scale') return await previewScale(work);
    const wanted = await findWanted(work);
    return 'end' in wanted ? impossible(wanted.end) : await previewAll(work, wanted);
  } catch (error) {
    const end = rightsFailure(error);
    if (end === undefined) throw error;
    return impossible(end);
  }
};

const impossible = (end: Advance): RunPreview => {
  if (!('failure' in end)) return { objects: [] };
  const { reason, message } = end.failure;
  return { objects: [], problem: { reason, message } };
};

const previewAll = async (work: Work, wanted: Wanted): Promise<RunPreview> => {
  const found = await readStanding(work, wanted.objects);
  const steps = await findSteps(work, wanted, found);
  if (steps !== undefined && 'end' in steps) return impossible(steps.end);
  const standing = await withScaled(work, found);
  const hooks = await readStanding(
    work,
    [...wanted.before, ...wanted.after].map((hook) => ofAttempt(work.request, hook)),
  );
  const all = [...standing, ...hooks];
  return {
    objects: [
      ...(await each(standing, (one) => previewOne(work, one, all))),
      ...(await each(hooks, async (one) => asHook(await previewOne(work, one, all)))),
      ...(steps === undefined ? [] : await previewSteps(work, steps)),
      ...(await previewLeftovers(work, wanted)),
    ],
  };
};

/** The objects that exist while it takes over step by step. */
const previewSteps = async (work: Work, steps: Steps): Promise<readonly ObjectPreview[]> => {
  const own = await readStanding(work, ownObjects(work, steps));
  const message = 'while it takes over step by step, then removed';
  return each(own, async (one) => ({ message, ...(await previewOne(work, { ...one, live: undefined }, own)) }));
};

const previewOne = async (work: Work, one: Standing, all: readonly Standing[]): Promise<ObjectPreview> => {
  const object = objectTitle(one.wanted.object);
  const refusal = refusalOf(work, [one]);
  if (refusal !== undefined && 'failure' in refusal)
    return { object, fate: 'refused', message: refusal.failure.message };
  const { of, answer } = await dryRun(work, one);
  if (answer.kind === 'applied') return { object, ...fateOf(of, answer) };
  if (answer.kind === 'conflict') return { object, fate: 'conflict', conflicts: answer.conflicts };
  if (answer.kind === 'moved') return { object, fate: 'changed', message: 'it keeps being changed by others' };
  if (isAhead({ of, why: answer }, all))
    return { object, fate: 'created', message: 'the server cannot say more until what it needs exists' };
  return { object, fate: 'refused', message: wordsOf(answer) };
};

const fateOf = (
  { live }: Standing,
  { object }: Extract<Applied, { readonly kind: 'applied' }>,
): Pick<ObjectPreview, 'fate' | 'fields'> => {
  if (live === undefined) return { fate: 'created' };
  const fields = maskedDifference(live, object);
  return fields.length === 0 ? { fate: 'unchanged' } : { fate: 'changed', fields };
};

const asHook = (preview: ObjectPreview): ObjectPreview =>
  preview.fate === 'created' ? { ...preview, fate: 'hook' } : preview;

const previewLeftovers = async (work: Work, wanted: Wanted): Promise<readonly ObjectPreview[]> => {
  if (!wanted.isWhole) return [];
  const { objects } = await findLeftovers(work, wanted);
  return objects.map((one) => ({ object: objectTitle(one), fate: isPruned(work, one) ? 'pruned' : 'left' }));
};
