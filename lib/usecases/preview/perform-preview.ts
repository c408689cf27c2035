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
  /** In a stage with functions in several networks: the place of this one. */
  readonly place?: string;
};

interface Task {
  readonly preview_id: string;
  /** The error that ended the previous call. */
  readonly error?: { readonly Error?: string | undefined; readonly Cause?: string | undefined } | undefined;
  /** The place where that call ran; empty or absent for none. */
  readonly place?: string | undefined;
}

/** The place where the preview must continue. */
interface Goes {
  readonly place?: string;
}

/** How many deployments are asked about at once. */
const atOnce = 4;

/**
 * Asks executors what they would do, for each deployment whose cluster is asked from here. The result names the place
 * where the preview must continue. When called again, continues with the deployments without an answer. A cluster that
 * cannot be asked is an answer of its own, not a failure of the preview.
 */
export const performPreview = async (deps: Needs, task: Task): Promise<Goes> => {
  const { preview_id: previewId, error, place = '' } = task;
  const row = rowOf<PreviewRow>(await deps.table.get(keys.preview(previewId)));
  if (row?.state !== 'running') return {};
  const why = foreignText(error?.Cause ?? error?.Error ?? '', previewLimits.message);
  if (error !== undefined && place === '') {
    await end(deps, previewId, { ...row, state: 'failed', message: `The clusters could not be asked: ${why}` });
    return {};
  }
  const open = (await readPreviewed(deps, previewId)).filter(({ answer }) => answer === undefined);
  const latest = Math.min(deps.clock.now() + previewBounds.works, row.at + previewBounds.ends);
  const answer = (one: PreviewedRow): PreviewAnswer | Promise<PreviewAnswer> => {
    if (error !== undefined) return lost(place, why);
    return deps.clock.now() >= latest ? leftOut : answerFor(deps, previewId, one);
  };
  const isHere = (one: PreviewedRow): boolean => isWorkedOnAt(error === undefined ? deps.place : place, one);
  await workOn(open.filter(isHere), async (one) => keep(deps, previewId, { ...one, answer: await answer(one) }));
  const [next] = open.flatMap((one) => (isHere(one) ? [] : (one.deployment.place ?? []))).sort();
  if (next !== undefined) return { place: next };
  await end(deps, previewId, { ...row, state: 'done' });
  return {};
};

/** Executors that ask no cluster belong to no place. */
const isWorkedOnAt = (place: string | undefined, { deployment }: PreviewedRow): boolean =>
  isAskedFrom(place, clusterOfAccount(deployment.executor.account) === undefined ? undefined : deployment.place);

const workOn = async (rows: readonly PreviewedRow[], work: (row: PreviewedRow) => Promise<void>): Promise<void> => {
  let next = 0;
  const goOn = async (): Promise<void> => {
    for (let one = rows[next++]; one !== undefined; one = rows[next++]) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, rows.length) }, goOn));
};

const lost = (place: string, why: string): PreviewAnswer => ({
  state: 'unavailable',
  message: foreignText(`The functions in ${place} could not be asked: ${why}`, previewLimits.message),
});

const leftOut: PreviewAnswer = {
  state: 'left_out',
  message: `Not asked: the other deployments took all ${previewBounds.works / 1_000} s of the preview.`,
};

const answerFor = async (
  deps: Needs,
  previewId: string,
  { deployment, steps }: PreviewedRow,
): Promise<PreviewAnswer> => {
  // Another executor's settings may hold a secret that the functions which ask clusters must not get.
  if (clusterOfAccount(deployment.executor.account) === undefined) return { state: 'planned', steps };
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
  'Its manifests are kept elsewhere. A preview fetches them only for a caller who may deploy it; else they are fetched when the batch is planned.';

/** The cluster's own message, or a fault of ours. Either way, the other deployments still get their answers. */
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

/**
 * Removes what the preview was asked with. If this fails midway, the next call finds its rows answered and does the
 * rest.
 */
const end = async (deps: Needs, previewId: string, row: PreviewRow): Promise<void> => {
  await removePreviewed(deps, previewId, await readPreviewed(deps, previewId));
  if (row.place !== undefined) await freePreviewPlace(deps, { by: row.by, place: row.place, previewId });
  await retryConflict(deps, () => deps.table.transact([{ put: itemOf(keys.preview(previewId), row) }]));
};
