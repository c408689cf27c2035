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
  /** Only needed if the service is on several clusters of the environment. */
  readonly cluster?: string | undefined;
}

export interface FoundTarget {
  readonly target: string;
  readonly cluster: string;
  readonly now: TargetRow;
}

/** Looks on every configured cluster, unless one is named. Leaves out what the caller may not see. */
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

/**
 * Finds the one target that is meant. Throws TargetNotFound, also if the caller may not see it, and RequestInvalid if
 * several match.
 */
export const findTarget = async (deps: Needs, named: NamedTarget): Promise<FoundTarget> => {
  const { key } = named;
  const [pillar = '', service = '', ...more] = key.split('/');
  if (service === '' || pillar === '' || more.length > 0) {
    throw new FlotillaError('RequestInvalid', `${key} is not the key of a deployment. A key is pillar/service_name.`);
  }
  const found = await findTargets(deps, named);
  const [only, ...others] = found;
  if (only === undefined) throw notFound(named);
  if (others.length > 0) throw several(named, found);
  return only;
};

const notFound = ({ key, environment, cluster }: NamedTarget): FlotillaError => {
  const where = cluster === undefined ? environment : `${environment} on cluster ${cluster}`;
  const message = `Nothing is recorded for ${key} in ${where}. Check the names, or deploy it there first.`;
  return new FlotillaError('TargetNotFound', message, { key, environment });
};

const several = ({ key, environment }: NamedTarget, found: readonly FoundTarget[]): FlotillaError => {
  const clusters = found.map(({ cluster }) => cluster);
  const message = `In ${environment} ${key} is on several clusters: ${clusters.join(', ')}. Name one with cluster.`;
  return new FlotillaError('RequestInvalid', message, { clusters });
};
