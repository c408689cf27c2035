import type { ItemDefaults } from '../batch/item-defaults.ts';
import type { Rights } from '../grants/rights.ts';
import { type Catalogue, entryOf } from './catalogue.ts';
import { environmentDefaults } from './configured-defaults.ts';
import { clusterOfAccount, executorAccounts } from './executor-accounts.ts';
import { infrastructureNames, resolveInfrastructure } from './resolve.ts';

/** A name in the catalogue, and how many deployments it allows in flight. */
export interface LimitedName {
  readonly name: string;
  readonly limit?: number;
}

/** What can be deployed, and where: names and limits, but nothing that would help to reach them. */
export interface ShownCatalogue {
  /** Defaults for deployments, unless something more specific is set. */
  readonly defaults?: ItemDefaults;
  /** Without services, a pillar accepts any name. */
  readonly pillars: readonly (LimitedName & {
    readonly services?: readonly string[];
    readonly defaults?: ItemDefaults;
  })[];
  /** Absent if any name is accepted. Without `infrastructures`, it accepts all. */
  readonly environments?: readonly (LimitedName & {
    readonly infrastructures?: readonly string[];
    /** A different person than the submitter must resolve. */
    readonly second_person: boolean;
    readonly defaults?: ItemDefaults;
  })[];
  readonly infrastructures: readonly { readonly name: string; readonly cluster: string }[];
  readonly clusters: readonly (LimitedName & { readonly simulated: boolean })[];
  readonly executors: readonly (LimitedName & {
    readonly account: string;
    readonly simulated: boolean;
    readonly requests_per_minute?: number;
  })[];
}

/**
 * The catalogue for one caller: pillars that they may see somewhere, and environments in which they may see something.
 */
export const showCatalogue = (catalogue: Catalogue, rights: Rights): ShownCatalogue => {
  const { pillars, services, environments } = catalogue;
  const seen = namesSeen(catalogue, rights);
  return {
    ...shownDefaults(catalogue.defaults, seen),
    pillars: seen.pillars.map((name) => ({
      ...limited(name, pillars[name]!.max_concurrency),
      ...(services === undefined ? {} : { services: Object.keys(entryOf(services, name) ?? {}).sort() }),
      ...shownDefaults(pillars[name]!.defaults, seen),
    })),
    ...(environments === undefined
      ? {}
      : {
          environments: seen.environments.map((name) => {
            const { max_concurrency, infrastructures, second_person = false } = environments[name]!;
            const own = infrastructures?.toSorted();
            const defaults = shownDefaults(environmentDefaults(catalogue, name), seen);
            return {
              ...limited(name, max_concurrency),
              ...(own && { infrastructures: own }),
              second_person,
              ...defaults,
            };
          }),
        }),
    infrastructures: seen.infrastructures.map((name) => ({
      name,
      cluster: resolveInfrastructure(catalogue, name)!.cluster,
    })),
    clusters: seen.clusters.map((name) => {
      const { max_concurrency, simulated } = catalogue.clusters[name]!;
      return { ...limited(name, max_concurrency), simulated };
    }),
    executors: !rights.any
      ? []
      : executorAccounts(catalogue)
          .filter(({ account }) => isSeen(clusterOfAccount(account), seen))
          .map(({ max_concurrency, ...account }) => ({ ...account, ...limited(account.name, max_concurrency) })),
  };
};

const limited = (name: string, limit: number | undefined): LimitedName => ({
  name,
  ...(limit === undefined ? {} : { limit }),
});

/** Without names that the caller may not know. */
const shownDefaults = (
  { environment_id, infrastructure_id, ...others }: ItemDefaults = {},
  { environments, infrastructures }: NamesSeen,
): { readonly defaults?: ItemDefaults } => {
  const seesEnvironment = environment_id !== undefined && environments.includes(environment_id);
  const seesInfrastructure = infrastructure_id !== undefined && infrastructures.includes(infrastructure_id);
  const defaults: ItemDefaults = {
    ...(seesEnvironment ? { environment_id } : {}),
    ...(seesInfrastructure ? { infrastructure_id } : {}),
    ...others,
  };
  return Object.keys(defaults).length === 0 ? {} : { defaults };
};

/** An executor that is no cluster is visible to everyone. */
const isSeen = (cluster: string | undefined, { clusters }: NamesSeen): boolean =>
  cluster === undefined || clusters.includes(cluster);

/** The names that the caller may know, sorted. */
export interface NamesSeen {
  readonly pillars: readonly string[];
  readonly environments: readonly string[];
  readonly infrastructures: readonly string[];
  readonly clusters: readonly string[];
}

export const namesSeen = (catalogue: Catalogue, rights: Rights): NamesSeen => {
  const named = Object.keys(catalogue.environments ?? {});
  const pillars = Object.keys(catalogue.pillars).sort();
  // If any environment is accepted, the grants name the existing ones.
  const granted = (catalogue.grants ?? []).flatMap((grant) => grant.environments);
  const sees = (pillar: string, environment: string): boolean => rights.may('read', { pillar, environment });
  const all = rights.everywhere('read');
  const known = [...new Set([...named, ...granted])];
  const environments = known.filter((one) => all || pillars.some((pillar) => sees(pillar, one)));
  const taken = environments.map((name) => entryOf(catalogue.environments, name)?.infrastructures);
  const infrastructures = infrastructureNames(catalogue).filter(
    (name) => all || taken.some((some) => some === undefined || some.includes(name)),
  );
  const led = new Set(infrastructures.map((name) => resolveInfrastructure(catalogue, name)!.cluster));
  return {
    pillars: pillars.filter((pillar) => all || known.some((environment) => sees(pillar, environment))),
    environments: environments.filter((name) => named.includes(name)).sort(),
    infrastructures,
    clusters: Object.keys(catalogue.clusters)
      .filter((name) => all || led.has(name))
      .sort(),
  };
};
