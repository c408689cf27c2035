import type { Place } from '../grants/grant.ts';
import type { HoldCandidate } from '../holds/covers.ts';
import { describeObject } from '../plan/describe-deployment.ts';
import type { Plan, Strategy } from '../plan/plan.ts';

/** The part of a frozen plan that turns are decided from: small, by index, stored as `batches/<id>/schedule.json`. */
export interface Sheet {
  readonly batch_id: string;
  readonly max_concurrency: number;
  readonly on_failure: Strategy['on_failure'];
  /** A rollback goes before all other batches, and has its own messages. */
  readonly lane?: 'rollback';
  /** For a rollback: these go back whatever happened to those that they wait for. Plan indexes, ascending. */
  readonly forced?: readonly number[];
  readonly limits: Readonly<Record<string, number>>;
  readonly keys: readonly string[];
  readonly targets: readonly string[];
  /** The locks that each one needs besides its target's: those of what it changes. Absent in older sheets. */
  readonly locks?: readonly (readonly string[])[];
  /** What those locks are on, in words. */
  readonly objects?: readonly string[];
  readonly ranks: readonly number[];
  /** How many dependencies each deployment has. */
  readonly dependencies: readonly number[];
  readonly dependents: readonly (readonly number[])[];
  /** The distinct sets of limits. The same limits apply to all deployments of a class. */
  readonly classes: readonly (readonly string[])[];
  readonly class_of: readonly number[];
  /** By cluster, the place whose functions ask it; absent if no cluster has a place. */
  readonly places?: Readonly<Record<string, string>>;
}

/** All locks that a deployment needs, in the order of taking them. */
export const locksOf = ({ targets, locks }: Pick<Sheet, 'targets' | 'locks'>, index: number): readonly string[] =>
  [...(locks?.[index] ?? []), targets[index]!].sort();

/** What people call these locks: the object if there is one, else the target. */
export const describeLocks = (
  { targets, objects }: Pick<Sheet, 'targets' | 'objects'>,
  index: number,
  names: readonly string[],
): string => {
  const target = targets[index]!;
  return names.some((name) => name !== target) ? (objects?.[index] ?? target) : target;
};

/** Where a deployment belongs: from the first two limits of its class. */
export const placeOf = ({ classes, class_of }: Pick<Sheet, 'classes' | 'class_of'>, index: number): Place => {
  const [environment = '', pillar = ''] = classes[class_of[index]!]!;
  return { pillar: behindColon(pillar), environment: behindColon(environment) };
};

/** What a hold may name of it, from the limits of its class. */
export const candidateAt = (
  sheet: Pick<Sheet, 'batch_id' | 'lane' | 'keys' | 'classes' | 'class_of'>,
  index: number,
): HoldCandidate => ({
  ...scopeOfClass(sheet.classes[sheet.class_of[index]!]!),
  key: sheet.keys[index]!,
  batch_id: sheet.batch_id,
  isRollback: sheet.lane === 'rollback',
});

export type ClassScope = Pick<HoldCandidate, 'environment' | 'pillar' | 'cluster' | 'executor'>;

/** What all deployments of a class have in common. */
export const scopeOfClass = (names: readonly string[]): ClassScope => {
  const named = (kind: string): string => {
    const name = names.find((one) => one.startsWith(`${kind}:`));
    return name === undefined ? '' : behindColon(name);
  };
  return {
    environment: named('environment'),
    pillar: named('pillar'),
    cluster: named('cluster'),
    executor: named('executor'),
  };
};

const behindColon = (name: string): string => name.slice(name.indexOf(':') + 1);

/** The limits that a deployment counts against. The batch's own limit is separate. */
const limitNames = (deployment: Plan['deployments'][number]): readonly string[] => [
  `environment:${deployment.environment_id}`,
  `pillar:${deployment.pillar}`,
  `cluster:${deployment.cluster}`,
  `executor:${deployment.executor.account}`,
];

export const sheetOf = (batchId: string, plan: Plan): Sheet => {
  const dependents: number[][] = plan.deployments.map(() => []);
  const classes: (readonly string[])[] = [];
  const classByNames = new Map<string, number>();
  const class_of = plan.deployments.map((deployment) => {
    for (const dependency of deployment.dependencies) dependents[dependency]!.push(deployment.index);
    const names = limitNames(deployment);
    const known = classByNames.get(names.join());
    if (known !== undefined) return known;
    classByNames.set(names.join(), classes.length);
    return classes.push(names) - 1;
  });
  return {
    batch_id: batchId,
    max_concurrency: plan.strategy.max_concurrency,
    on_failure: plan.strategy.on_failure,
    ...(plan.lane === undefined ? {} : { lane: plan.lane }),
    ...(plan.forced === undefined ? {} : { forced: plan.forced }),
    limits: plan.limits,
    keys: plan.deployments.map(({ key }) => key),
    targets: plan.deployments.map(({ target }) => target),
    locks: plan.locks,
    objects: plan.deployments.map(describeObject),
    ranks: plan.deployments.map(({ rank }) => rank),
    dependencies: plan.deployments.map(({ dependencies }) => dependencies.length),
    dependents,
    classes,
    class_of,
    ...placesOf(plan),
  };
};

const placesOf = ({ deployments }: Plan): Pick<Sheet, 'places'> => {
  const placed = deployments.flatMap(({ cluster, place }) => (place === undefined ? [] : [[cluster, place] as const]));
  return placed.length === 0 ? {} : { places: Object.fromEntries(placed) };
};

/** The place whose functions ask a deployment's cluster. */
export const functionsFor = (
  { places = {}, classes, class_of }: Pick<Sheet, 'places' | 'classes' | 'class_of'>,
  index: number,
): string | undefined => {
  const { cluster } = scopeOfClass(classes[class_of[index]!]!);
  return Object.hasOwn(places, cluster) ? places[cluster] : undefined;
};
