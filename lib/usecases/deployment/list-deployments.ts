import type { Batch } from '../../domain/batch/batch.ts';
import type { Status } from '../../domain/deployment/status.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { pendingItem } from '../../domain/record/change.ts';
import { documentPaths, keys, planChunkSize } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { Waiting } from '../../domain/schedule/waiting.ts';
import { findBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';
import { fittingCount } from '../fitting-count.ts';
import { readPlanChunk } from '../plan/plan-store.ts';
import { readDocument } from '../record/read-document.ts';
import { readWaiting } from '../schedule/read-waiting.ts';
import { type Asked, type DeploymentView, viewDeployment } from './deployment-view.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;

export interface ListDeploymentsInput {
  readonly batchId: string;
  /** 1 to 1000. */
  readonly limit: number;
  /** Place in the list after which to read on; -1 to begin. */
  readonly after: number;
  readonly status?: Status | undefined;
}

export interface DeploymentList {
  readonly batch_id: string;
  /** Before that the order is the file's, after it the plan's. */
  readonly planned: boolean;
  readonly total: number;
  readonly deployments: readonly DeploymentView[];
  /** Send it as `after` to read on; absent at the end. With a filter a page may be short and still have a next one. */
  readonly next_after?: number;
}

/** One page of the deployments of a batch: what was planned, merged with how far it is. */
export const listDeployments = async (deps: Needs, input: ListDeploymentsInput): Promise<DeploymentList> => {
  const header = await findBatch(deps, input.batchId);
  const { batch_id, total, plan_hash } = header;
  const planned = plan_hash !== undefined;
  const from = input.after + 1;
  const to = Math.min(total, from + input.limit);
  const looked = planned
    ? await readPlanned(deps, header, { from, to, status: input.status })
    : await readUnplanned(deps, header, { from, to });
  const fitting = fittingCount(looked);
  const deployments = looked
    .slice(0, fitting)
    .filter(({ status }) => input.status === undefined || status === input.status);
  const next = from + fitting;
  return { batch_id, planned, total, deployments, ...(next < total ? { next_after: next - 1 } : {}) };
};

interface Range {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

const readPlanned = async (
  deps: Needs,
  header: HeaderRow,
  { status, ...range }: Range & Pick<ListDeploymentsInput, 'status'>,
): Promise<readonly DeploymentView[]> => {
  const { batch_id } = header;
  const [deployments, rows] = await Promise.all([readPlan(deps, batch_id, range), readItems(deps, batch_id, range)]);
  const pending = deployments.filter(({ index }) => !rows.has(index));
  const isShown = pending.length > 0 && (status ?? 'PENDING') === 'PENDING';
  const waiting = isShown && header.ended_at === undefined ? await readWaiting(deps, batch_id, pending) : undefined;
  return deployments.map((deployment) => {
    const { index, key } = deployment;
    const row = rows.get(index);
    return row === undefined
      ? viewDeployment(deployment, pendingItem(batch_id, index, key), waiting?.get(index) ?? noTurn(header))
      : viewDeployment(deployment, row);
  });
};

/** Of a deployment in a batch that has no plan, or that has ended. */
const noTurn = ({ ended_at }: HeaderRow): readonly Waiting[] =>
  ended_at === undefined ? [{ kind: 'plan', name: 'plan' }] : [{ kind: 'stop', name: 'finished' }];

const readPlan = async (deps: Needs, batchId: string, { from, to }: Range): Promise<readonly PlannedDeployment[]> => {
  const first = Math.floor(from / planChunkSize);
  const count = Math.max(0, Math.ceil(to / planChunkSize) - first);
  const chunks = await Promise.all(
    Array.from({ length: count }, (_, offset) => readPlanChunk(deps, batchId, first + offset)),
  );
  return chunks.flat().slice(from - first * planChunkSize, to - first * planChunkSize);
};

const readItems = async (
  { table }: Needs,
  batchId: string,
  { from, to }: Range,
): Promise<ReadonlyMap<number, ItemRow>> => {
  const rows = new Map<number, ItemRow>();
  if (from >= to) return rows;
  const { pk, sk } = keys.item(batchId, from);
  let after: string | undefined;
  do {
    const range = { from: sk, to: keys.item(batchId, to - 1).sk };
    const page = await table.query({ pk, ...range, limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const item of page.items) {
      const row = rowOf<ItemRow>(item)!;
      rows.set(row.index, row);
    }
    after = page.next;
  } while (after !== undefined);
  return rows;
};

const readUnplanned = async (
  deps: Needs,
  header: HeaderRow,
  { from, to }: Range,
): Promise<readonly DeploymentView[]> => {
  const { batch_id } = header;
  const { deployments } = await readDocument<Batch>(deps.documents, documentPaths.batch(batch_id));
  return deployments
    .slice(from, to)
    .map((asked: Asked, offset) =>
      viewDeployment(asked, pendingItem(batch_id, from + offset, asked.key), noTurn(header)),
    );
};
