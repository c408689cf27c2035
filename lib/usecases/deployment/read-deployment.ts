import { keys } from '../../domain/record/keys.ts';
import { type EventRow, rowOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { fittingCount } from '../fitting-count.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { type UnnumberedEvent, viewEvent } from '../record/follow-feed.ts';
import type { DeploymentView } from './deployment-view.ts';
import { findKey } from './find-key.ts';
import { listDeployments } from './list-deployments.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

/** One deployment with its history. */
export interface DeploymentDetail extends DeploymentView {
  readonly batch_id: string;
  /** Its latest changes, in order. One that was just written has no number yet. */
  readonly events: readonly UnnumberedEvent[];
  /** There are earlier ones, found only in the batch's feed. */
  readonly has_earlier_events: boolean;
  readonly links: Readonly<Record<string, string>>;
}

/** A deployment with six attempts and a restore has thirty. */
const mostEvents = 200;

/** Finds a batch's deployment by key. Throws DeploymentNotFound. */
export const readDeployment = async (
  deps: Needs,
  { batchId, key }: { readonly batchId: string; readonly key: string },
): Promise<DeploymentDetail> => {
  const header = await findSeenBatch(deps, batchId);
  const { index, sight } = await findKey(deps, header, key);
  const [page, events] = await Promise.all([
    listDeployments(deps, { batchId, limit: 1, from: index }),
    readItsEvents(deps, batchId, index),
  ]);
  const [deployment] = page.deployments;
  // The batch was planned in between, so its index has changed.
  if (deployment?.key !== key) return readDeployment(deps, { batchId, key });
  const self = `/batches/${batchId}`;
  return {
    batch_id: batchId,
    ...deployment,
    events: await sight.shown(events.told),
    has_earlier_events: events.hasEarlier,
    links: { self: `${self}/deployments/${key}`, batch: self, logs: `${self}/deployments/${key}/logs` },
  };
};

const readItsEvents = async ({ table, rights }: Needs, batchId: string, index: number) => {
  const { pk, sk } = keys.event(batchId, index, 0);
  const prefix = sk.slice(0, sk.indexOf('#') + 1);
  const { items, next } = await table.query({ pk, prefix, limit: mostEvents, newestFirst: true });
  const rows = items.map((item) => rowOf<EventRow>(item)!);
  const fitting = rows.slice(0, fittingCount(rows));
  return {
    told: fitting.toReversed().map((row) => viewEvent(rights.actor, row)),
    hasEarlier: next !== undefined || fitting.length < rows.length,
  };
};
