import { isTerminal } from '../../domain/deployment/status.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { ChangeRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { type EventRow, type HeaderRow, type ItemRow, type Outcome, rowOf } from '../../domain/record/rows.ts';
import { changeAtEnd } from '../../domain/targets/change-at-end.ts';
import { isUnchanged } from '../../domain/targets/next-now.ts';
import { submitterOf } from '../../domain/targets/submitter.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { everyItem } from '../schedule/schedule-store.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;

/**
 * The changes that a deployment made to its target, from its record: its end, and its resolution. A rollback that undid
 * it belongs to the rollback's own deployment. None if its plan is no longer kept.
 */
export const changesOfItem = async (deps: Needs, header: HeaderRow, item: ItemRow): Promise<readonly ChangeRow[]> => {
  if (item.outcome === undefined || item.runs.length === 0) return [];
  const isFirst = item.outcome.resolved_by === undefined && item.outcome.status !== 'ROLLBACK';
  if (isFirst && isUnchanged(item, item.outcome)) return [];
  const planned = await readPlannedIfKept(deps, item);
  if (planned === undefined) return [];
  const ends = isFirst ? [{ outcome: item.outcome, at: item.outcome.ended_at }] : await readEnds(deps, item, planned);
  const who = submitterOf(header);
  return ends.flatMap(({ outcome, at }) => changeAtEnd({ planned, item, outcome, who, at }) ?? []);
};

interface End {
  readonly outcome: Outcome;
  readonly at: number;
}

/** If its outcome was replaced, its events tell the earlier outcomes. */
const readEnds = async ({ table }: Needs, item: ItemRow, planned: PlannedDeployment): Promise<readonly End[]> => {
  const { pk, sk } = keys.event(item.batch_id, item.index, 0);
  const ends: End[] = [];
  for await (const row of everyItem(table, { pk, prefix: sk.slice(0, sk.indexOf('#') + 1) })) {
    const event = rowOf<EventRow>(row)!;
    if (!isTerminal(event.to) || event.to === 'ROLLBACK') continue;
    ends.push({ outcome: outcomeOf(event, { item, planned, before: ends.at(-1)?.outcome }), at: event.at });
  }
  return ends;
};

type Told = Partial<Pick<Outcome, 'release_before' | 'release_after' | 'digest'>>;

const outcomeOf = (
  { to: status, reason, message, at, actor, detail = {} }: EventRow,
  known: { readonly item: ItemRow; readonly planned: PlannedDeployment; readonly before: Outcome | undefined },
): Outcome => {
  const { outcome } = known.item;
  if (known.before !== undefined) {
    const { action, docker_image_version } = known.planned;
    const after = action === 'scale' ? known.before.release_before : docker_image_version;
    const seen = status === 'SUCCESS' && action !== 'delete' && after !== undefined ? { release_after: after } : {};
    return { ...known.before, status, reason, message, resolved_by: actor, ...seen };
  }
  const { release_before, release_after, digest } = detail as Told;
  const { resolved_by: _, rolled_back_by: __, release_after: ___, ...rest } = outcome!;
  return {
    ...rest,
    ...{ status, reason, message, ended_at: at },
    ...(release_before === undefined ? {} : { release_before }),
    ...(release_after === undefined ? {} : { release_after }),
    ...(digest === undefined ? {} : { digest }),
  };
};

const readPlannedIfKept = async (deps: Needs, { batch_id, index }: ItemRow): Promise<PlannedDeployment | undefined> => {
  try {
    return await readPlanned(deps, batch_id, index);
  } catch (error) {
    if (isFlotillaError(error, 'DocumentMissing')) return undefined;
    throw error;
  }
};
