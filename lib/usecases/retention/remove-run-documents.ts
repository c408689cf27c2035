import { clusterOfAccount } from '../../domain/catalogue/executor-accounts.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Item } from '../../domain/ports.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { type ItemRow, type Release, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import { removePaths } from './remove-paths.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;

/**
 * Removes what the executor `kubernetes` recorded about the runs of these deployments and about what was there before.
 * Keeps what a release may return to. Must run before the item rows go, because they list the runs. Returns how many
 * documents it removed.
 */
export const removeRunDocuments = async (deps: Needs, batchId: string, items: readonly Item[]): Promise<number> => {
  const rows = items.filter(({ sk }) => sk.startsWith('ITEM#')).map((item) => rowOf<ItemRow>(item)!);
  const applied = rows.filter(({ runs }) => runs.some(({ executor }) => clusterOfAccount(executor) !== undefined));
  const paths: string[] = [];
  for (const { index, runs } of applied) {
    const planned = await planOf(deps, batchId, index);
    if (planned === undefined) continue;
    for (const { key } of runs) paths.push(...pathsOfRun(batchId, key));
    if (!(await isReferredTo(deps, batchId, planned))) paths.push(documentPaths.before(batchId, index));
  }
  await removePaths(deps, paths);
  return paths.length;
};

const pathsOfRun = (batchId: string, key: string): readonly string[] => [
  documentPaths.stopped(batchId, key),
  documentPaths.paused(batchId, key),
  documentPaths.proceeded(batchId, key),
  documentPaths.back(batchId, key),
  documentPaths.doomed(batchId, key),
];

/** Without a plan, nobody knows whose release it is, so everything stays. */
const planOf = async (deps: Needs, batchId: string, index: number): Promise<PlannedDeployment | undefined> => {
  try {
    return await readPlanned(deps, batchId, index);
  } catch (error) {
    if (isFlotillaError(error, 'DocumentMissing')) return undefined;
    throw error;
  }
};

/**
 * A verified rollback is a release that refers to what was there before it, and releases never expire. The releases
 * from before that rollback cannot refer to it.
 */
const isReferredTo = async (
  { table }: Needs,
  batchId: string,
  { target, index }: PlannedDeployment,
): Promise<boolean> => {
  const { pk, sk: from } = keys.release(target, batchId);
  for await (const item of everyItem(table, { pk, from, to: keys.release(target, '~').sk })) {
    const { before } = rowOf<Release>(item)!.deployment.executor.settings as { readonly before?: Before };
    if (before?.batch_id === batchId && before.index === index) return true;
  }
  return false;
};

interface Before {
  readonly batch_id: string;
  readonly index: number;
}
