import { fits, isBy } from '../../domain/asked.ts';
import { invalidRequest } from '../../domain/complaint.ts';
import type { Status } from '../../domain/deployment/status.ts';
import { partsOfTarget, placeOfTarget } from '../../domain/plan/lock-names.ts';
import type { ChangeRow } from '../../domain/record/index-rows.ts';
import type { TargetFilters } from '../../domain/targets/target-filters.ts';
import { cursorFor, positionIn, wrongCursor } from '../cursor.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { isoField, isoTime } from '../iso-time.ts';
import { serviceOf } from './asked-service.ts';
import { type ChangeStream, changesOfEnvironments, changesOfTargets, type Span } from './change-streams.ts';
import { type ChangeView, viewChange } from './change-view.ts';
import { checkTargetNames } from './check-target-names.ts';
import { mostRead } from './list-targets.ts';
import { Reads } from './merged-rows.ts';
import { readEnvironments } from './read-environments.ts';
import { targetsOfServiceSeen } from './service-targets.ts';
import { TargetWalk } from './walk-targets.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy;

export interface ChangeList {
  /** Newest first. */
  readonly changes: readonly ChangeView[];
  /** The beginning of the period, inclusive. Default: seven days ago. */
  readonly since: string;
  /** The end of the period, exclusive. Absent if none was given. */
  readonly until?: string;
  readonly limit: number;
  readonly next_after?: string;
}

type Places = Pick<TargetFilters, 'environment' | 'cluster' | 'pillar' | 'service'>;

export interface ChangesAsked extends Places {
  readonly actor?: string | undefined;
  readonly status?: Status | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
  readonly after?: string | undefined;
}

/** How many rows may be read to check names that nothing has. */
const mostForNames = 50;

const usualSpan = 7 * 86_400_000;

/** The changes that the caller may see. */
export const listChanges = async (deps: Needs, { limit, after, ...asked }: ChangesAsked): Promise<ChangeList> => {
  const filters = { ...asked, service: serviceOf(asked) };
  const of = { list: 'changes', filters };
  // The next page uses the same period as the first, even if it is read much later.
  const [began, position] = partsIn(positionIn(of, after));
  const now = deps.clock.now();
  const { until } = asked;
  const since = began === undefined ? (asked.since ?? now - usualSpan) : Number(began);
  checkSpan(since, until);
  const reads = new Reads(mostRead - mostForNames);
  const stream = await streamOf(deps, filters, { since, until, now, after: position, limit, reads });
  const { rows, next } = await readPage(deps, stream, { ...filters, since, until, limit, after: position });
  if (rows.length === 0 && after === undefined) await checkNames(deps, filters);
  return {
    changes: (await stream.whole(rows)).map(viewChange),
    since: isoTime(since),
    ...isoField('until', until),
    limit,
    ...(next === undefined ? {} : { next_after: cursorFor(of, `${since}|${next}`) }),
  };
};

/** When the first page began, and where the previous one ended. */
const partsIn = (position: string | undefined): readonly (string | undefined)[] => {
  if (position === undefined) return [];
  const parts = /^(\d{1,15})\|(\d{15}(?:#.*)?|(?:RELEASE#.*)? (?:OUTCOME#.*)?)$/s.exec(position);
  if (parts === null) throw wrongCursor();
  return parts.slice(1);
};

const checkSpan = (since: number, until: number | undefined): void => {
  if (until === undefined || until > since) return;
  throw invalidRequest({ path: 'query.until', message: `is not after since, ${isoTime(since)}` });
};

const streamOf = async (deps: Needs, filters: Places, span: Span): Promise<ChangeStream> => {
  const { environment, service } = filters;
  if (service !== undefined)
    return changesOfTargets(deps, await targetsOfServiceSeen(deps, { ...filters, service }, span.reads), span);
  const environments =
    environment === undefined ? await readEnvironments(deps, (rows) => span.reads.add(rows)) : [environment];
  return changesOfEnvironments(deps, environments, span);
};

interface Page extends Omit<ChangesAsked, 'since'> {
  readonly since: number;
}

const readPage = async (
  deps: Needs,
  stream: ChangeStream,
  { limit, after, ...page }: Page,
): Promise<{ readonly rows: readonly ChangeRow[]; readonly next?: string | undefined }> => {
  const rows: ChangeRow[] = [];
  for (let last = after; ; last = stream.position) {
    const row = await stream.peek();
    if (row === undefined) return { rows, next: stream.isCut ? stream.position : undefined };
    if (row.at < page.since - idsMadeLater) return { rows };
    const fits = isWithin(row, page) && maySee(deps, row);
    // One more than fits shows that there is a next page.
    if (fits && rows.length === limit) return { rows, next: last };
    if (fits) rows.push(row);
    stream.take();
  }
};

/** Releases are ordered by their ids, which are made some moments after their times. */
const idsMadeLater = 60_000;

const isWithin = (
  row: ChangeRow,
  { since, until, environment, cluster, pillar, actor, status }: Omit<Page, 'limit'>,
) => {
  const place = partsOfTarget(row.target);
  return (
    row.at >= since &&
    (until === undefined || row.at < until) &&
    fits(environment, place.environment) &&
    fits(cluster, place.cluster) &&
    fits(pillar, place.pillar) &&
    fits(status, row.status) &&
    isBy(actor, row)
  );
};

const maySee = ({ rights }: Needs, { target }: ChangeRow): boolean =>
  rights.everywhere('read') || rights.may('read', placeOfTarget(target));

/** Without recent changes there may still be targets. */
const checkNames = async (deps: Needs, { environment, cluster, pillar, service }: Places): Promise<void> => {
  const filters = { environment, cluster, pillar, service };
  if (Object.values(filters).every((name) => name === undefined)) return;
  const walk = new TargetWalk(deps, { wanted: () => 1, most: mostForNames, sees: () => false });
  for await (const _ of walk.steps(filters)) return;
  await checkTargetNames(deps, filters);
};
