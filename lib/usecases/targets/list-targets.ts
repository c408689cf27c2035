import { placeOfTarget } from '../../domain/plan/lock-names.ts';
import { matchesTarget, type TargetFilters } from '../../domain/targets/target-filters.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import { cursorFor, positionIn } from '../cursor.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { serviceOf } from './asked-service.ts';
import { checkTargetNames } from './check-target-names.ts';
import { readTargetHolds } from './target-holds.ts';
import { type TargetView, viewTarget } from './target-view.ts';
import { TargetWalk } from './walk-targets.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy;

export interface TargetList {
  /** Sorted by environment, cluster, pillar and service. */
  readonly targets: readonly TargetView[];
  /** The limit applied: a larger one is reduced to the maximum. */
  readonly limit: number;
  /** Send it as `after` to continue; absent at the end. */
  readonly next_after?: string;
}

export interface TargetsAsked extends TargetFilters {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** What runs where, as far as the caller may see it. */
export const listTargets = async (deps: Needs, { limit, after, ...asked }: TargetsAsked): Promise<TargetList> => {
  const filters = { ...asked, service: serviceOf(asked) };
  const of = { list: 'targets', filters };
  const found = await findTargetRows(deps, { filters, limit, after: positionIn(of, after) });
  if (found.isNowhere && after === undefined) await checkTargetNames(deps, filters);
  const holdsOf = found.rows.length === 0 ? () => [] : await readTargetHolds(deps);
  return {
    targets: found.rows.map((row) => viewTarget(row, holdsOf(row.target))),
    limit,
    ...(found.next === undefined ? {} : { next_after: cursorFor(of, found.next) }),
  };
};

export interface FoundRows {
  readonly rows: readonly TargetRow[];
  /** The target to continue after; absent when there is nothing more. */
  readonly next?: string | undefined;
  /** No target matches these names, whether the caller may see it or not. */
  readonly isNowhere: boolean;
}

interface Search {
  readonly filters: TargetFilters;
  readonly limit: number;
  readonly after: string | undefined;
}

/** The most rows read for one page. If only few match, the page is shorter and still leads on. */
export const mostRead = 1_000;
const leastAtOnce = 100;

/** One page of rows that match and may be seen. */
export const findTargetRows = async (deps: Needs, { filters, limit, after }: Search): Promise<FoundRows> => {
  const rows: TargetRow[] = [];
  const isPlain = deps.rights.everywhere('read') && isOneWay(filters);
  // One more than fits shows that there is a next page.
  const missing = (): number => limit + 1 - rows.length;
  const walk = new TargetWalk(deps, {
    after,
    wanted: () => (isPlain ? missing() : Math.max(missing(), leastAtOnce)),
    most: isPlain ? 2 * limit + mostRead : mostRead,
    sees: (target) => maySee(deps, target),
  });
  let last = after;
  let isNowhere = true;
  for await (const steps of walk.steps(filters)) {
    for (const { target, row } of steps) {
      isNowhere = false;
      const fits = row !== undefined && maySee(deps, target) && matchesTarget(row, filters);
      if (fits && rows.length === limit) return { rows, next: last, isNowhere };
      if (fits) rows.push(row);
      last = target;
    }
  }
  return { rows, next: walk.stoppedAt, isNowhere };
};

/**
 * Every row on the way matches, because the query itself covers the filters: environment with or without cluster,
 * cluster, or service.
 */
const isOneWay = ({ environment, cluster, pillar, service, state, drift, actor, text }: TargetFilters): boolean =>
  [state, drift, actor, text].every((one) => one === undefined) &&
  (service === undefined
    ? pillar === undefined || cluster !== undefined
    : cluster === undefined || environment !== undefined);

const maySee = ({ rights }: Needs, target: string): boolean =>
  rights.everywhere('read') || rights.may('read', placeOfTarget(target));
