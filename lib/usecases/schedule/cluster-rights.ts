import { clusterGroup, deployerGroup } from '../../domain/catalogue/cluster-group.ts';
import { nameOfRight, rightOf, wantedRights } from '../../domain/catalogue/cluster-rights.ts';
import { deployerRights } from '../../domain/catalogue/deployer-rights.ts';
import {
  deployerRemedyFor,
  isFresh,
  type NamespaceRights,
  type NotedRights,
  neededFor,
  neededToApply,
  noteRights,
  remedyFor,
  verbsIn,
} from '../../domain/catalogue/noted-rights.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import type { KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { Cluster } from '../../domain/ports.ts';
import type { ClusterRow } from '../../domain/record/cluster-row.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Place } from '../../domain/schedule/place.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { retryConflict } from '../retry-conflict.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'random' | 'catalogue' | 'tell'>;

interface Asked {
  readonly deployment: KeptDeployment;
  readonly cluster: Cluster;
}

interface Reviewed extends Asked {
  /** What is known of the cluster's rights so far. */
  readonly rights: NotedRights | undefined;
}

/**
 * Asks a cluster which rights it does not grant us before something is deployed there, unless it answered recently.
 * Keeps the answer in the cluster's row, for plan and health, and logs it when it has changed. Does not affect the
 * deployment.
 */
export const reviewRights = async (deps: Needs, { deployment, cluster, rights }: Reviewed): Promise<void> => {
  const known = rights?.[deployment.workload.namespace];
  // It has just listed what this deployment consists of, so an answer that it may not is outdated.
  const isRefuted = neededFor(deployment.workload, known?.missing ?? []).length > 0;
  if (known !== undefined && !isRefuted && isFresh(known, deps.clock.now())) return;
  await askRights(deps, { deployment, cluster }, known);
};

type Reviewing = Needs & Pick<Deps, 'cluster' | 'documents'>;

/**
 * Before a deployment's first apply: asks the cluster which rights it does not grant the deployer. Throws RightsMissing
 * if the workload itself could not be applied. Other refusals show up per object in the dry run.
 */
export const reviewDeployer = async (deps: Reviewing, { batch_id, index }: Place): Promise<void> => {
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  // Once something was started, its effects may have to be undone, and a repeated call must not say that nothing was
  // started.
  if (item === undefined || item.runs.length > 0) return;
  const deployment = await readPlanned(deps, batch_id, index);
  const { cluster: name, workload } = deployment;
  const { namespace } = workload;
  const known = rowOf<ClusterRow>(await deps.table.get(keys.cluster(name)))?.deployer?.[namespace];
  const isLacking = neededToApply(workload, known?.missing ?? []).length > 0;
  if (known !== undefined && !isLacking && isFresh(known, deps.clock.now())) return;
  const cluster = await deps.cluster(name);
  const said = await cluster.missingRights?.(namespace, deployerRights(await deps.catalogue()));
  if (said === undefined) return;
  const missing = said.map(nameOfRight);
  await keep(deps, deployment, { field: 'deployer', said: { at: deps.clock.now(), missing } });
  const about = { cluster: name, namespace, missing: missing.join(', ') };
  if (missing.length > 0 && missing.join() !== known?.missing.join())
    deps.tell?.('a cluster does not give the deployer all rights', { ...about, remedy: deployerRemedyFor(name) });
  const needed = neededToApply(workload, missing);
  if (needed.length === 0) return;
  const message = `cluster ${name} does not let the deployer ${verbsIn(needed.map(rightOf))} in namespace ${namespace}; give the role to the group ${deployerGroup} and add our user to it: ${deployerRemedyFor(name)}`;
  throw new FlotillaError('RightsMissing', message, { cluster: name, namespace, missing: needed });
};

/**
 * Called after the cluster refused a list. Throws RightsMissing if it says that it always would. Nothing was started
 * yet.
 */
export const refuseWithoutRights = async (deps: Needs, asked: Asked): Promise<void> => {
  const { workload, cluster: name } = asked.deployment;
  const missing = await askRights(deps, asked, await readRights(deps, asked.deployment));
  const needed = neededFor(workload, missing ?? []);
  if (needed.length === 0) return;
  const what = needed.map((right) => right.replace('list ', '')).join(', ');
  const message = `cluster ${name} does not let us list ${what} in namespace ${workload.namespace}; give the role to the group ${clusterGroup} and add our user to it: ${remedyFor(name)}`;
  throw new FlotillaError('RightsMissing', message, { cluster: name, namespace: workload.namespace, missing: needed });
};

/**
 * Asks again while a cluster refuses what it granted before, and when it grants it again. Callers may repeat this as
 * often as they like. An observer goes on without an answer, also if the catalogue cannot be read.
 */
export const reviewRightsAnew = async (deps: Needs, asked: Asked): Promise<void> => {
  try {
    await askRights(deps, asked, await readRights(deps, asked.deployment));
  } catch (error) {
    if (!isFlotillaError(error, 'ConfigurationInvalid') && !isFlotillaError(error, 'ClusterUnavailable')) throw error;
  }
};

const readRights = async (
  { table }: Needs,
  { cluster, workload }: KeptDeployment,
): Promise<NamespaceRights | undefined> =>
  rowOf<ClusterRow>(await table.get(keys.cluster(cluster)))?.rights?.[workload.namespace];

const askRights = async (
  deps: Needs,
  { deployment, cluster }: Asked,
  before: NamespaceRights | undefined,
): Promise<readonly string[] | undefined> => {
  const { namespace } = deployment.workload;
  const said = await cluster.missingRights?.(namespace, wantedRights(await deps.catalogue()));
  if (said === undefined) return undefined;
  const missing = said.map(nameOfRight);
  await keep(deps, deployment, { field: 'rights', said: { at: deps.clock.now(), missing } });
  const about = { cluster: deployment.cluster, namespace, missing: missing.join(', ') };
  if (missing.length > 0 && missing.join() !== before?.missing.join())
    deps.tell?.('a cluster does not give all rights', { ...about, remedy: remedyFor(deployment.cluster) });
  if (missing.length === 0 && before !== undefined && before.missing.length > 0)
    deps.tell?.('a cluster gives all rights now', about);
  return missing;
};

interface Kept {
  /** Whose rights. */
  readonly field: 'rights' | 'deployer';
  readonly said: NamespaceRights;
}

const keep = async (deps: Needs, { cluster, workload }: KeptDeployment, { field, said }: Kept): Promise<void> => {
  await retryConflict(deps, async () => {
    const row = rowOf<ClusterRow>(await deps.table.get(keys.cluster(cluster)));
    // Without a row, nobody knows yet which cluster it is.
    if (row === undefined) return;
    // A process that notes another namespace at the same time may undo this. Then the cluster is asked again.
    const noted = { [field]: noteRights(row[field], workload.namespace, said) };
    const when = { equals: { fingerprint: row.fingerprint, at: row.at } };
    await deps.table.transact([{ put: itemOf(keys.cluster(cluster), { ...row, ...noted }), when }]);
  }).catch((error: unknown) => {
    // The name leads to another cluster now, or the table is busy. The next deployment asks again.
    if (!isFlotillaError(error, 'ConditionFailed') && !isFlotillaError(error, 'TableBusy')) throw error;
  });
};
