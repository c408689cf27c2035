import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import { scaleManager } from '../../domain/manifests/marks.ts';
import { maskedDifference } from '../../domain/manifests/masked-difference.ts';
import { apiKindOf } from '../../domain/manifests/workload-object.ts';
import type { ObjectPreview, RunPreview } from '../../domain/preview/run-preview.ts';
import type { Advance } from './advance-result.ts';
import { findRelease, refusalOfDelete } from './delete-release.ts';
import { kept } from './prune.ts';
import { refusalOfScale, scaled } from './scale-workload.ts';
import type { Work } from './work.ts';

const refusedBy = (end: Advance): RunPreview =>
  'failure' in end
    ? { objects: [], problem: { reason: end.failure.reason, message: end.failure.message } }
    : { objects: [] };

/** What a delete would remove, and what it would leave. */
export const previewDelete = async (work: Work): Promise<RunPreview> => {
  const found = await findRelease(work);
  const refusal = refusalOfDelete(work, found);
  if (refusal !== undefined) return refusedBy(refusal);
  return {
    objects: found.map((one) => ({
      object: objectTitle(one),
      fate: kept.includes(String(one.kind)) ? 'left' : 'deleted',
    })),
  };
};

/** What a scale would change, by a dry run of the same apply. */
export const previewScale = async (work: Work): Promise<RunPreview> => {
  const { workload, replicas = 0 } = work.request.deployment;
  const api = apiKindOf(workload);
  const read = api && (await work.objects.get({ ...api, namespace: workload.namespace, name: workload.name }));
  if (api === undefined || read === undefined) {
    const message = `There is no ${workload.kind} ${workload.namespace}/${workload.name} to scale.`;
    return { objects: [], problem: { reason: 'WorkloadMissing', message } };
  }
  const live = { ...read, apiVersion: api.api_version, kind: api.kind };
  const refusal = await refusalOfScale(work, live);
  if (refusal !== undefined) return refusedBy(refusal);
  const options = { dryRun: true, force: true, manager: scaleManager };
  const answer = await work.objects.apply(scaled(live, replicas, work.request.at), options);
  const object = objectTitle(live);
  if (answer.kind !== 'applied') return { objects: [{ object, fate: 'refused', message: answer.message }] };
  const fields = maskedDifference(live, answer.object);
  const preview: ObjectPreview =
    fields.length === 0 ? { object, fate: 'unchanged' } : { object, fate: 'changed', fields };
  return { objects: [preview] };
};
