import { FlotillaError } from '../../domain/errors.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { changeItem } from '../../domain/record/change.ts';
import { documentPaths, executorWatcher, keys } from '../../domain/record/keys.ts';
import { type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { sightOf } from '../grants/sight.ts';
import { retryConflict } from '../retry-conflict.ts';
import { type DeploymentView, viewDeployment, viewFor } from './deployment-view.ts';
import { findToDecide } from './find-planned.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'catalogue'> & AskedBy;

export interface ProceedInput {
  readonly batchId: string;
  /** `pillar/service_name`. */
  readonly key: string;
  readonly actor: string;
}

/**
 * Lets an attempt that waits for a person go on. Records it first, then writes the mark that the attempt sees at its
 * next look. Repeating it adds no event, but rewrites a mark that was lost in between.
 */
export const proceedDeployment = async (deps: Needs, input: ProceedInput): Promise<DeploymentView> => {
  const header = await findSeenBatch(deps, input.batchId);
  const deployment = await findToDecide(deps, header, input.key);
  checkExecutor(deployment);
  const { item, proceeded } = await retryConflict(deps, () => record(deps, input, deployment));
  const { key, by, at, pause } = proceeded;
  // The event must be on disk before anything acts on it.
  await deps.table.synced();
  const path = documentPaths.proceeded(input.batchId, key);
  const mark = JSON.stringify({ by, at, ...(pause === undefined ? {} : { pause }) });
  if ((await deps.documents.get(path)) !== mark) await deps.documents.put(path, mark);
  const sight = await sightOf(deps, header);
  return sight.shown(viewFor(deps.rights.actor, viewDeployment(deployment, item)));
};

const checkExecutor = ({ key, executor }: PlannedDeployment): void => {
  if (executor.name === 'kubernetes') return;
  const message = `${key} is deployed by ${executor.name}. Decide there whether it goes on.`;
  throw new FlotillaError('NotWaiting', message, { key });
};

interface Recorded {
  readonly item: ItemRow;
  readonly proceeded: NonNullable<ItemRow['proceeded']>;
}

const record = async (
  deps: Needs,
  { batchId, key, actor }: ProceedInput,
  planned: PlannedDeployment,
): Promise<Recorded> => {
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(batchId, planned.index)));
  const row = item === undefined ? undefined : await readWatch(deps, batchId, { planned, item });
  const known = item?.proceeded;
  if (item !== undefined && known !== undefined && isKnown(known, row, { item, now: deps.clock.now() })) {
    return { item, proceeded: known };
  }
  if (item === undefined || item.outcome !== undefined) throw notWaiting(item, key);
  if (row?.human_since === undefined || row.stopping !== undefined) throw notWaiting(item, key);
  const at = deps.clock.now();
  const pause = await deps.documents.get(documentPaths.paused(batchId, row.key));
  const proceeded = { key: row.key, by: actor, at, ...(pause === undefined ? {} : { pause }) };
  const told = { status: item.status, reason: 'Proceeded', message: `${actor} let it go on.`, proceeded };
  const change = changeItem(item, told, { at, actor, detail: { key: row.key } });
  await deps.table.transact(change.writes);
  return { item: change.row, proceeded };
};

/** Milliseconds. A running attempt is looked at more often than this. */
const seenWithin = 60_000;

/**
 * The decision was already given for this wait: the attempt has moved on since, or was not looked at since. An attempt
 * still waiting a minute later waits for something else, whose beginning nobody has seen.
 */
const isKnown = (
  { key, at }: NonNullable<ItemRow['proceeded']>,
  row: RunWatchRow | undefined,
  { item: { outcome, runs }, now }: { readonly item: ItemRow; readonly now: number },
): boolean => {
  if (outcome !== undefined || runs.at(-1)?.key !== key) return false;
  const { human_since } = row ?? {};
  return human_since === undefined || (human_since <= at && now - at < seenWithin);
};

interface Place {
  readonly planned: PlannedDeployment;
  readonly item: ItemRow;
}

/** For the current attempt; a restore waits for nobody. */
const watchKey = (batchId: string, { planned, item }: Place) => {
  const attempt = item.runs.findLast((run) => run.attempt !== 'restore')?.attempt ?? item.attempt;
  return keys.watch(executorWatcher(planned.executor.account), batchId, planned.index, `deploy-${Number(attempt)}`);
};

const readWatch = async (
  { table }: Pick<Deps, 'table'>,
  batchId: string,
  place: Place,
): Promise<RunWatchRow | undefined> => rowOf<RunWatchRow>(await table.get(watchKey(batchId, place)));

const notWaiting = (item: ItemRow | undefined, key: string): FlotillaError => {
  const status = item?.status ?? 'PENDING';
  const message = `${key} does not wait for a person: it is ${status}${item === undefined ? '' : ` / ${item.reason}`}.`;
  return new FlotillaError('NotWaiting', message, { key, status });
};
