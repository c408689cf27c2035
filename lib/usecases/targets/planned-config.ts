import { serviceKey } from '../../domain/batch/keys-called.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { maskSecrets } from '../../domain/masking/mask-secrets.ts';
import { type KeptDeployment, keptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import type { HistoryRow } from './target-history.ts';

/**
 * The deployment as planned, without secrets and without its position in the plan. The key omits the infrastructure,
 * because releases of several batches are compared, and only some batches have infrastructures in their keys.
 */
export const configOf = (deployment: KeptDeployment): JsonObject => {
  const {
    index: _,
    position: __,
    level: ___,
    critical_path: ____,
    rank: _____,
    ...planned
  } = keptDeployment(deployment);
  const { key, executor, health_check } = planned;
  const masked = {
    executor: withoutSecrets(executor as unknown as Json),
    health_check: withoutSecrets(health_check as unknown as Json),
  };
  return { ...(planned as unknown as JsonObject), ...masked, key: serviceKey(key) };
};

/** Settings of executors and health checks come from the configuration. An address may contain credentials. */
const withoutSecrets = (value: Json): Json => {
  if (typeof value === 'string') return maskSecrets(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutSecrets(one)]));
};

/** The planned deployment of a history row. Undefined if its plan is no longer kept. */
export const readConfig = async (deps: Pick<Deps, 'documents'>, row: HistoryRow): Promise<JsonObject | undefined> => {
  if (row.kind === 'release') return configOf(row.release.deployment);
  try {
    return configOf(await readPlanned(deps, row.change.batch_id, row.change.index));
  } catch (error) {
    if (isFlotillaError(error, 'DocumentMissing')) return undefined;
    throw error;
  }
};
