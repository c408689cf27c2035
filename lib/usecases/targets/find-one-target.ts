import { nearest } from '../../domain/batch/nearest.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { placeOfTarget } from '../../domain/plan/lock-names.ts';
import { targetsOf } from '../../domain/record/keys.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { readNow } from './read-now.ts';

type Needs = Pick<Deps, 'table' | 'catalogue'> & AskedBy;

/** A target by all its names. */
export interface TargetNames {
  readonly environment: string;
  readonly cluster: string;
  readonly pillar: string;
  readonly service: string;
}

/** Bytes. A sort key has room for 1,024, so nothing is recorded under a longer name. */
const longestTarget = 1_000;

/** What runs there. Throws TargetNotFound with the nearest target, also if the caller may not see it. */
export const findOneTarget = async (deps: Needs, names: TargetNames): Promise<TargetRow> => {
  const target = targetNamed(names);
  const isNamed = target.split('/').length === 4 && Buffer.byteLength(target) <= longestTarget;
  const maySee = isNamed && deps.rights.may('read', placeOfTarget(target));
  const [row] = maySee ? await readNow(deps, [target]) : [];
  if (row !== undefined) return row;
  const near = isNamed ? await nearestTarget(deps, names) : undefined;
  const hint = near === undefined ? 'GET /targets shows what there is.' : `Did you mean ${near}?`;
  throw new FlotillaError('TargetNotFound', `Nothing is recorded for the target ${target}. ${hint}`, {
    target,
    ...(near === undefined ? {} : { candidates: [near] }),
  });
};

/** One page of services is enough for a hint. */
const mostCompared = 200;

/** A target that the caller may see, with the nearest match for each name. */
const nearestTarget = async (deps: Needs, names: TargetNames): Promise<string | undefined> => {
  const { environments = {}, clusters, pillars } = await deps.catalogue();
  const environment = nearest(names.environment, Object.keys(environments)) ?? names.environment;
  const cluster = nearest(names.cluster, Object.keys(clusters)) ?? names.cluster;
  const pillar = nearest(names.pillar, Object.keys(pillars)) ?? names.pillar;
  if (!deps.rights.may('read', { environment, pillar })) return undefined;
  const prefix = `${cluster}/${pillar}/`;
  const { items } = await deps.table.query({ pk: targetsOf(environment), prefix, limit: mostCompared });
  const services = items.map(({ sk }) => sk.slice(prefix.length));
  const service = nearest(names.service, services);
  return service === undefined ? undefined : targetNamed({ environment, cluster, pillar, service });
};

const targetNamed = ({ environment, cluster, pillar, service }: TargetNames): string =>
  [environment, cluster, pillar, service].join('/');
