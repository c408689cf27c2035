import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { executorOfItem } from '../../domain/catalogue/executor-accounts.ts';
import { resolveExecutor } from '../../domain/catalogue/resolve.ts';
import { covers, isInForce } from '../../domain/holds/covers.ts';
import type { Hold } from '../../domain/holds/hold.ts';
import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenHolds } from '../holds/list-holds.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy;

/** Per target. There may be hundreds, and any one is enough to hold it. */
const mostNamed = 3;

/**
 * By target: the ids of the holds that would keep a deployment from its turn there now, oldest first. One query for
 * all.
 */
export const readTargetHolds = async (deps: Needs): Promise<(target: string) => readonly string[]> => {
  const [holds, catalogue] = await Promise.all([findSeenHolds(deps), deps.catalogue()]);
  const inForce = holds.filter(isInForce);
  return (target) => holdingOf(inForce, target, executorOf(catalogue, target)).map(({ id }) => id);
};

/** The executor account that deploys there by the current configuration. */
const executorOf = (catalogue: Catalogue, target: string): string => {
  const { environment, cluster, pillar, service } = partsOfTarget(target);
  const item = { pillar, service_name: service, environment_id: environment, infrastructure_id: cluster };
  return resolveExecutor(catalogue, { ...item, executor: executorOfItem(catalogue, item) }).account;
};

const holdingOf = (holds: readonly Hold[], target: string, executor: string): readonly Hold[] => {
  if (holds.length === 0) return [];
  const { environment, cluster, pillar, service } = partsOfTarget(target);
  const key = `${pillar}/${service}`;
  const candidate = { environment, cluster, pillar, key, executor, batch_id: '', isRollback: false };
  return holds.filter((hold) => covers(hold, candidate)).slice(0, mostNamed);
};
