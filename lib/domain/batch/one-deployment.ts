import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import { configuredDefaults } from '../catalogue/configured-defaults.ts';
import { executorOfItem } from '../catalogue/executor-accounts.ts';
import { infrastructureNames } from '../catalogue/resolve.ts';
import { type Acting, actingOf, deploys } from '../plan/action.ts';
import { type ArtifactType, artifactTypes } from '../plan/plan.ts';
import type { Deployment } from './batch.ts';
import { listed } from './findings.ts';
import type { ItemDefaults } from './item-defaults.ts';

/** One version for one service, or its deletion or scaling, as requested without a file. */
export interface OneDeployment extends Acting {
  /** `pillar/service_name`. */
  readonly key: string;
  /** Only for a deploy. */
  readonly version?: string | undefined;
  readonly environment: string;
  readonly infrastructure?: string | undefined;
  readonly artifact?: string | undefined;
  /** Although its service takes steps. */
  readonly at_once?: boolean | undefined;
}

/** Where and as what the service is deployed in that environment now. */
export interface DeployedNow {
  readonly infrastructure: string | undefined;
  readonly artifact: ArtifactType | undefined;
}

/**
 * Fills in what was not given, from the configuration's defaults, else from what is deployed there now, if that is
 * unambiguous.
 */
export const completeOne = (
  one: OneDeployment,
  catalogue: Catalogue,
  now: readonly DeployedNow[],
): Deployment | { readonly problem: string } => {
  const { infrastructures } = entryOf(catalogue.environments, one.environment) ?? {};
  const { pillar, service_name } = partsOf(one.key);
  const given = configuredDefaults(catalogue, { pillar, environment: one.environment });
  const executor = executorOfItem(catalogue, { pillar, service_name, environment_id: one.environment });
  const defaults = { ...given, executor };
  const running = known(now.map(({ infrastructure }) => infrastructure));
  const infrastructure = one.infrastructure ?? defaults.infrastructure_id ?? only(running);
  if (infrastructure === undefined) {
    const choices = running.length > 0 ? running : (infrastructures ?? infrastructureNames(catalogue));
    const why = running.length > 0 ? 'it runs in several places' : 'it was never deployed there';
    return { problem: missing(one, 'infrastructure', { why, choices }) };
  }
  const there = now.filter((place) => place.infrastructure === infrastructure).map(({ artifact }) => artifact);
  if (!deploys(one)) return deploymentOf(one, { ...defaults, infrastructure, artifact: 'docker' });
  const artifact = one.artifact ?? defaults.docker_artifact_type ?? only(known(there));
  if (artifact === undefined) {
    return { problem: missing(one, 'artifact', { why: 'it was never deployed there', choices: artifactTypes }) };
  }
  return deploymentOf(one, { ...defaults, infrastructure, artifact: artifact as ArtifactType });
};

/** Without duplicates. */
const known = <Value>(values: readonly (Value | undefined)[]): readonly Value[] =>
  [...new Set(values.filter((value) => value !== undefined))].sort();

const only = <Value>(values: readonly Value[]): Value | undefined => (values.length === 1 ? values[0] : undefined);

const missing = (
  { key, environment }: OneDeployment,
  what: 'infrastructure' | 'artifact',
  { why, choices }: { readonly why: string; readonly choices: readonly string[] },
): string => {
  const field = what === 'infrastructure' ? 'infrastructure_id' : 'docker_artifact_type';
  const open = `It is not clear which ${what} ${key} has in ${environment}: ${why}, and the configuration has no defaults.${field} for it.`;
  return `${open} Give it (${what}; flotilla deploy --${what}): ${listed(choices)}.`;
};

interface Given extends ItemDefaults {
  readonly infrastructure: string;
  readonly artifact: ArtifactType;
  readonly executor: string;
}

/** What a file would contain for it. Reading that file reports its problems. */
const deploymentOf = (
  { key, version = '', environment, at_once, ...acting }: OneDeployment,
  given: Given,
): Deployment => {
  const { infrastructure, artifact, executor, health_check } = given;
  const { timeout = 1800, retry_count = 3, priority = 5, rollback_strategy = 'automatic' } = given;
  return {
    ...{ position: 1, line: 1, key, ...partsOf(key) },
    ...actingOf(acting),
    ...(at_once === true ? { at_once } : {}),
    ...{ docker_artifact_type: artifact, docker_image_version: version },
    ...{ environment_id: environment, infrastructure_id: infrastructure, executor },
    ...{ priority, timeout, retry_count, tags: [], dependencies: [], rollback_strategy },
    health_check: { enabled: true, ...health_check },
  };
};

const partsOf = (key: string): Pick<Deployment, 'pillar' | 'service_name'> => {
  const at = key.indexOf('/');
  return { pillar: key.slice(0, Math.max(at, 0)), service_name: key.slice(at + 1) };
};
