import { FlotillaError } from '../../domain/errors.ts';
import { placeOfTarget } from '../../domain/plan/lock-names.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { readNow } from './read-now.ts';

type Needs = Pick<Deps, 'table' | 'catalogue'> & AskedBy;

/** A target as people name it. */
export interface NamedTarget {
  /** `pillar/service_name`. */
  readonly key: string;
  readonly environment: string;
  /** Needed only where the service is on several clusters of the environment. */
  readonly cluster?: string | undefined;
}

export interface FoundTarget {
  readonly target: string;
  readonly cluster: string;
  readonly now: TargetRow;
}

/** On each cluster of the configuration there may be one, unless one is named. What may not be seen is not there. */
export const findTargets = async (
  deps: Needs,
  { key, environment, cluster }: NamedTarget,
): Promise<readonly FoundTarget[]> => {
  const clusters = cluster === undefined ? Object.keys((await deps.catalogue()).clusters).sort() : [cluster];
  const named = clusters.map((name) => ({ cluster: name, target: `${environment}/${name}/${key}` }));
  const seen = named.filter(({ target }) => deps.rights.may('read', placeOfTarget(target)));
  const rows = await readNow(
    deps,
    seen.map(({ target }) => target),
  );
  return seen.flatMap((one, at) => {
    const now = rows[at];
    return now === undefined ? [] : [{ ...one, now }];
  });
};

/** The one target that is meant. Throws TargetNotFound, also where it may not be seen, and RequestInvalid where several fit. */
export const findTarget = async (deps: Needs, named: NamedTarget): Promise<FoundTarget> => {
  const { key } = named;
  const [pillar = '', service = '', ...more] = key.split('/');
  if (service === '' || pillar === '' || more.length > 0) {
    throw new FlotillaError('RequestInvalid', `${key} is no key of a deployment: one is pillar/service_name.`);
  }
  const found = await findTargets(deps, named);
  const [only, ...others] = found;
  if (only === undefined) throw notFound(named);
  if (others.length > 0) throw several(named, found);
  return only;
};

const notFound = ({ key, environment, cluster }: NamedTarget): FlotillaError => {
  const where = cluster === undefined ? environment : `${environment} on cluster ${cluster}`;
  const message = `Nothing is recorded of ${key} in ${where}. Look at the names, or deploy it there first.`;
  return new FlotillaError('TargetNotFound', message, { key, environment });
};

const several = ({ key, environment }: NamedTarget, found: readonly FoundTarget[]): FlotillaError => {
  const clusters = found.map(({ cluster }) => cluster);
  const message = `In ${environment} ${key} is on several clusters: ${clusters.join(', ')}. Say which one, as cluster.`;
  return new FlotillaError('RequestInvalid', message, { clusters });
};
