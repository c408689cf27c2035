import { clusterOfAccount } from '../../domain/catalogue/executor-accounts.ts';
import { isAskedFrom } from '../../domain/catalogue/function-place.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { RunRequest } from '../../domain/ports.ts';
import { fittingPreview, previewLimits } from '../../domain/preview/fitting-preview.ts';
import {
  type PreviewAnswer,
  type PreviewedRow,
  type PreviewRow,
  previewBounds,
} from '../../domain/preview/preview-rows.ts';
import { foreignText } from '../../domain/record/foreign-text.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { freePreviewPlace } from './preview-places.ts';
import { readPreviewed, removePreviewed, unfetchedOf } from './previewed-manifests.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'executor'> & {
  /** Of a stage with functions in several networks: where this one is. */
  readonly place?: string;
};

interface Task {
  readonly preview_id: string;
  /** What has ended the call before this one. */
  readonly error?: { readonly Error?: string | undefined; readonly Cause?: string | undefined } | undefined;
}

/** So many deployments are asked about at once. */
const atOnce = 4;

/**
 * Asks the executor of each deployment of a preview what it would do. Called again, it goes on with those that have no answer. What
 * cannot be asked is told as such, and is no failure of the preview.
 */
export const performPreview = async (deps: Needs, task: Task): Promise<Record<string, never>> => {
  const { preview_id: previewId, error } = task;
  const row = rowOf<PreviewRow>(await deps.table.get(keys.preview(previewId)));
  if (row?.state !== 'running') return {};
  if (error !== undefined) {
    const why = foreignText(error.Cause ?? error.Error ?? '', previewLimits.message);
    await end(deps, previewId, { ...row, state: 'failed', message: `The clusters could not be asked: ${why}` });
    return {};
  }
  const latest = deps.clock.now() + previewBounds.works;
  const open = (await readPreviewed(deps, previewId)).filter(({ answer }) => answer === undefined);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let one = open[next++]; one !== undefined; one = open[next++]) {
      const isLate = deps.clock.now() >= latest;
      const answer = isLate ? leftOut : await answerFor(deps, previewId, one);
      await keep(deps, previewId, { ...one, answer });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, open.length) }, work));
  await end(deps, previewId, { ...row, state: 'done' });
  return {};
};

const leftOut: PreviewAnswer = {
  state: 'left_out',
  message: `Nobody was asked: all others have taken the ${previewBounds.works / 1_000} s that a preview has.`,
};

const elsewhere = ({ cluster, place }: PreviewedRow['deployment']): string =>
  `Nobody was asked: cluster ${cluster} is reached from the place ${place}, and previews are made from no place.`;

const answerFor = async (
  deps: Needs,
  previewId: string,
  { deployment, steps }: PreviewedRow,
): Promise<PreviewAnswer> => {
  // Of another executor there may be a secret that whoever asks clusters must not have.
  if (clusterOfAccount(deployment.executor.account) === undefined) return { state: 'planned', steps };
  if (!isAskedFrom(deps.place, deployment.place)) return { state: 'left_out', message: elsewhere(deployment) };
  if (unfetchedOf(deployment) !== undefined) return { state: 'planned', steps, message: notFetched };
  const request: RunRequest = {
    key: `${previewId}-${deployment.index}-preview`,
    ...{ batch_id: previewId, deployment, version: deployment.docker_image_version, at: deps.clock.now() },
  };
  try {
    const executor = await deps.executor(deployment.executor.account);
    if (executor.preview === undefined) return { state: 'planned', steps };
    return { state: 'told', ...fittingPreview(await executor.preview(request)) };
  } catch (error) {
    return { state: 'unavailable', message: unavailable(error) };
  }
};

const notFetched =
  'Its manifests stand elsewhere. They are fetched for whoever may deploy it, and else when the batch is planned for good.';

/** A word of a cluster, or a fault of ours: neither is a reason to tell nothing of the others. */
const unavailable = (error: unknown): string => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const isKnown = ['ClusterUnavailable', 'ExecutorUnavailable', 'ConfigurationInvalid'] as const;
  const text = isKnown.some((one) => isFlotillaError(error, one)) ? message : `${name}: ${message}`;
  return foreignText(text, previewLimits.message);
};

const keep = async (deps: Needs, previewId: string, row: PreviewedRow): Promise<void> => {
  const { index } = row.deployment;
  await retryConflict(deps, () => deps.table.transact([{ put: itemOf(keys.previewed(previewId, index), row) }]));
};

/** What it was asked with is of no use any more. Whoever comes again after a fault finds its rows answered, and does the rest. */
const end = async (deps: Needs, previewId: string, row: PreviewRow): Promise<void> => {
  await removePreviewed(deps, previewId, await readPreviewed(deps, previewId));
  if (row.place !== undefined) await freePreviewPlace(deps, { by: row.by, place: row.place, previewId });
  await retryConflict(deps, () => deps.table.transact([{ put: itemOf(keys.preview(previewId), row) }]));
};
