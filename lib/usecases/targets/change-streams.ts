import { type ChangeRow, type EnvironmentRow, monthsBetween } from '../../domain/record/index-rows.ts';
import { changesOf, keys, sortable } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { highest, MergedRows, type Reads, rowsOfPartitions } from './merged-rows.ts';
import { type HistoryRow, TargetHistory } from './target-history.ts';

/** Changes, newest first, from any source. */
export interface ChangeStream {
  /** Where to continue; undefined before anything was taken. */
  readonly position: string | undefined;
  /** Continuing would need more reads than allowed. */
  readonly isCut: boolean;
  peek(): Promise<ChangeRow | undefined>;
  take(): void;
  /** The same changes with everything recorded about them. */
  whole(rows: readonly ChangeRow[]): Promise<readonly ChangeRow[]>;
}

export interface Span {
  /** Milliseconds since 1970: from `since` on, and before `until`. */
  readonly since: number;
  readonly until: number | undefined;
  readonly now: number;
  readonly after: string | undefined;
  readonly limit: number;
  readonly reads: Reads;
}

type Needs = Pick<Deps, 'table'>;

/** Changes of environments, read month by month. */
export const changesOfEnvironments = async (
  deps: Needs,
  environments: readonly string[],
  span: Span,
): Promise<ChangeStream> => {
  const { since, until, now, after, limit, reads } = span;
  const below = after ?? (until === undefined ? highest : sortable(until));
  const newest = Math.min(after === undefined ? (until ?? now) : timeIn(after), now) + clockSkew;
  const begun = await Promise.all(environments.map((environment) => beginOf(deps, environment)));
  reads.add(environments.length);
  const atOnce = Math.ceil((limit + 1) / Math.max(1, environments.length)) + 1;
  const rows = new MergedRows(
    environments.map((environment, at) => {
      const months = monthsBetween(Math.max(since, begun[at]!), newest);
      const parts = months.map((month) => ({
        query: { pk: changesOf(environment, month), from: sortable(since) },
        end: sortable(endOf(month)),
      }));
      return rowsOfPartitions(deps, parts, { below, atOnce, reads });
    }),
    reads,
  );
  return {
    get position() {
      return rows.position;
    },
    get isCut() {
      return rows.isCut;
    },
    peek: async () => rowOf<ChangeRow>(await rows.peek()),
    take: () => rows.take(),
    whole: async (found) => found,
  };
};

/** There is nothing before this month. */
const beginOf = async ({ table }: Needs, environment: string): Promise<number> =>
  rowOf<EnvironmentRow>(await table.get(keys.environment(environment)))?.since ?? 0;

/** A clock may be ahead at the end of a month. */
const clockSkew = 60_000;

/** Every sort key of a change begins with its time. */
const timeIn = (position: string): number => Number(position.slice(0, sortable(0).length));

/** When the following month begins. */
const endOf = (month: string): number => {
  const at = new Date(`${month}-01T00:00:00Z`);
  return at.setUTCMonth(at.getUTCMonth() + 1);
};

/** Changes of targets, read from their histories. What a release does not hold is in its month's changes. */
export const changesOfTargets = (deps: Needs, targets: readonly string[], span: Span): ChangeStream => {
  const history = new TargetHistory(deps, targets, { ...span, changes: true });
  let head: HistoryRow | undefined;
  return {
    get position() {
      return history.position;
    },
    get isCut() {
      return history.isCut;
    },
    peek: async () => {
      head = await history.peek();
      return head && changeOf(head);
    },
    take: () => {
      if (head === undefined) return;
      // A release costs one more read, for its change.
      if (head.kind === 'release') span.reads.add(1);
      history.take(head);
    },
    whole: (rows) => Promise.all(rows.map((row) => (row.status === 'SUCCESS' ? readChange(deps, row) : row))),
  };
};

const changeOf = (row: HistoryRow): ChangeRow => {
  if (row.kind === 'change') return row.change;
  const { target, at, release } = row;
  const { version, batch_id, digest, by, by_name, deployment, index = deployment.index } = release;
  return {
    ...{ target, batch_id, index, status: 'SUCCESS', reason: 'Verified', version, after: version, at },
    ...(digest === undefined ? {} : { digest }),
    ...(by === undefined ? {} : { by }),
    ...(by_name === undefined ? {} : { by_name }),
  };
};

/** An earlier version recorded no more than the release. */
const readChange = async ({ table }: Needs, row: ChangeRow): Promise<ChangeRow> => {
  const environment = row.target.split('/')[0]!;
  return rowOf<ChangeRow>(await table.get(keys.change(environment, row))) ?? row;
};
