import type { Status } from '../../domain/deployment/status.ts';
import type { JsonObject } from '../../domain/json.ts';
import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import { present } from '../../domain/present.ts';
import { cursorFor, positionIn } from '../cursor.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { findOneTarget, type TargetNames } from './find-one-target.ts';
import { Reads } from './merged-rows.ts';
import { readConfig } from './planned-config.ts';
import { type HistoryRow, TargetHistory } from './target-history.ts';

/** The fields of every history entry. */
interface Entry {
  readonly at: string;
  readonly version: string;
  readonly digest?: string;
  readonly batch_id: string;
  /** Index in the batch's plan. */
  readonly index: number;
  readonly by?: string;
  readonly by_name?: string;
  /** The deployment as planned, without secrets. Present if requested and still kept. */
  readonly config?: JsonObject;
}

/** A release that was verified there and can be restored. */
export interface ReleaseView extends Entry {
  readonly kind: 'release';
  readonly image?: string;
  readonly infrastructure_id: string;
}

/**
 * A change, or possible change, without a release: it failed, was restored, is UNKNOWN, was resolved as FAILED, deleted
 * or scaled.
 */
export interface OtherChangeView extends Entry {
  readonly kind: 'change';
  readonly status: Status;
  readonly reason: string;
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  /** What ran before and what runs since, as far as known. */
  readonly before?: string;
  readonly after?: string;
  readonly resolved_by?: string;
}

export interface ReleaseList {
  readonly key: string;
  readonly environment: string;
  readonly cluster: string;
  /** Newest first. */
  readonly releases: readonly (ReleaseView | OtherChangeView)[];
  readonly limit: number;
  readonly next_after?: string;
}

interface Asked extends TargetNames {
  /** Include changes without a release. */
  readonly all: boolean;
  /** Include each deployment as planned. */
  readonly config: boolean;
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Plans are in documents, and each costs one read. */
const mostWithConfig = 100;

/** A target's history. Throws TargetNotFound. */
export const listReleases = async (
  deps: Pick<Deps, 'table' | 'documents' | 'catalogue'> & AskedBy,
  { all, config, after, ...asked }: Asked,
): Promise<ReleaseList> => {
  const { target } = await findOneTarget(deps, asked);
  const limit = config ? Math.min(asked.limit, mostWithConfig) : asked.limit;
  const of = { list: 'releases', filters: { target, all } };
  const options = { limit, changes: all, after: positionIn(of, after), reads: new Reads(Number.POSITIVE_INFINITY) };
  const history = new TargetHistory(deps, [target], options);
  const rows: HistoryRow[] = [];
  let row = await history.peek();
  for (; row !== undefined && rows.length < limit; row = await history.peek()) {
    rows.push(row);
    history.take(row);
  }
  const configs = config ? await Promise.all(rows.map((one) => readConfig(deps, one))) : [];
  const { environment, cluster, pillar, service } = partsOfTarget(target);
  return {
    ...{ key: `${pillar}/${service}`, environment, cluster },
    releases: rows.map((one, place) => view(one, configs[place])),
    limit,
    ...(row === undefined ? {} : { next_after: cursorFor(of, history.position) }),
  };
};

const view = (row: HistoryRow, config: JsonObject | undefined): ReleaseView | OtherChangeView => {
  const planned = config === undefined ? {} : { config };
  if (row.kind === 'change') {
    const { at, status, reason, version, batch_id, index } = row.change;
    const told = present(row.change, [
      'action',
      'replicas',
      'before',
      'after',
      'digest',
      'by',
      'by_name',
      'resolved_by',
    ]);
    return { kind: 'change', at: isoTime(at), status, reason, version, batch_id, index, ...told, ...planned };
  }
  const { at, version, batch_id, deployment, index = deployment.index } = row.release;
  const told = present(row.release, ['image', 'digest', 'by', 'by_name']);
  const { infrastructure_id } = deployment;
  return { kind: 'release', at: isoTime(at), version, batch_id, index, infrastructure_id, ...told, ...planned };
};
