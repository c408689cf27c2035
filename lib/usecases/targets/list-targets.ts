import { unknownName } from '../../domain/batch/unknown-name.ts';
import { type Catalogue, entryOf } from '../../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { placeOfTarget } from '../../domain/plan/lock-names.ts';
import { targetsOf } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { type TargetView, viewTarget } from './target-view.ts';

type Needs = Pick<Deps, 'table' | 'catalogue'> & AskedBy;

export interface TargetList {
  /** Sorted by cluster, pillar and service. */
  readonly targets: readonly TargetView[];
  /** Send it as `after` to read on; absent at the end. */
  readonly next_after?: string;
}

interface Asked {
  readonly environment: string;
  readonly limit: number;
  readonly after?: string | undefined;
}

/** More rows than this are not looked through for one page: where few of them may be seen it is shorter, and leads on all the same. */
const mostLookedThrough = 2_000;
const leastAtOnce = 100;

/** What runs where in an environment, as far as it may be seen. */
export const listTargets = async (deps: Needs, asked: Asked): Promise<TargetList> => {
  const list = await readSeen(deps, asked);
  if (list.targets.length === 0 && deps.rights.any) checkKnown(await deps.catalogue(), asked.environment);
  return list;
};

const readSeen = async (deps: Needs, { environment, limit, after }: Asked): Promise<TargetList> => {
  const targets: TargetView[] = [];
  let next = after;
  for (let looked = 0; looked < mostLookedThrough; ) {
    const atOnce = Math.max(limit + 1 - targets.length, leastAtOnce);
    const from = next === undefined ? {} : { after: next };
    const page = await deps.table.query({
      pk: targetsOf(environment),
      limit: Math.min(atOnce, 1_000, mostLookedThrough - looked),
      ...from,
    });
    for (const item of page.items) {
      const row = rowOf<TargetRow>(item)!;
      const isSeen = maySee(deps, row);
      // One more than fits tells that there is a next page.
      if (isSeen && targets.length === limit) return { targets, next_after: next! };
      if (isSeen) targets.push(viewTarget(row));
      next = item.sk;
    }
    looked += page.items.length;
    if (page.next === undefined) return { targets };
  }
  return { targets, next_after: next! };
};

const maySee = ({ rights }: Needs, { target }: TargetRow): boolean =>
  rights.everywhere('read') || rights.may('read', placeOfTarget(target));

/** One that the configuration does not name any more may have targets all the same. */
const checkKnown = ({ environments }: Catalogue, environment: string): void => {
  if (environments === undefined || entryOf(environments, environment) !== undefined) return;
  const message = unknownName('environment', environment, Object.keys(environments));
  const path = 'query.environment';
  throw new FlotillaError('RequestInvalid', `${path}: ${message}`, { issues: [{ path, message }] });
};
