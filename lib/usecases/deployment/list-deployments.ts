import type { Batch } from '../../domain/batch/batch.ts';
import type { Status } from '../../domain/deployment/status.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { pendingItem } from '../../domain/record/change.ts';
import { documentPaths, planChunkSize } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { Waiting } from '../../domain/schedule/waiting.ts';
import { findBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';
import { fittingCount } from '../fitting-count.ts';
import { readPlanChunk } from '../plan/plan-store.ts';
import { readDocument } from '../record/read-document.ts';
import { readWaiting } from '../schedule/read-waiting.ts';
import { type Asked, type DeploymentView, viewDeployment } from './deployment-view.ts';
import { type Found, findDeployments, type Search } from './find-deployments.ts';

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
  /**
   * Send it as `after` to read on; absent at the end. A page is full where there is one, unless that would be too much work for
   * one request, or too large for an answer: then it is shorter, and `next_after` leads on all the same.
   */
  readonly next_after?: number;
}

/** One page of the deployments of a batch that have the status: what was planned, merged with how far it is. */
export const listDeployments = async (deps: Needs, input: ListDeploymentsInput): Promise<DeploymentList> => {
  const header = await findBatch(deps, input.batchId);
  const { batch_id, total, plan_hash } = header;
  const planned = plan_hash !== undefined;
  const search: Search = { from: input.after + 1, limit: input.limit, status: input.status };
  const page = await (planned ? readPlanned(deps, header, search) : readUnplanned(deps, header, search));
  const fitting = fittingCount(page.views);
  const next = fitting < page.views.length ? page.indexes[fitting] : page.next;
  return {
    batch_id,
    planned,
    total,
    deployments: page.views.slice(0, fitting),
    ...(next === undefined ? {} : { next_after: next - 1 }),
  };
};

interface ViewPage {
  readonly views: readonly DeploymentView[];
  /** Their places in the list. */
  readonly indexes: readonly number[];
  /** The place from which to read on. */
  readonly next?: number | undefined;
}

const readPlanned = async (deps: Needs, header: HeaderRow, search: Search): Promise<ViewPage> => {
  const { batch_id } = header;
  const { found, next } = await findDeployments(deps, header, search);
  const deployments = await readPlan(deps, batch_id, found);
  const pending = deployments.filter((_, at) => found[at]!.row === undefined);
  const isRunning = header.ended_at === undefined;
  const waiting = pending.length > 0 && isRunning ? await readWaiting(deps, batch_id, pending) : undefined;
  const views = deployments.map((deployment, at) => {
    const { index, key } = deployment;
    const { row } = found[at]!;
    return row === undefined
      ? viewDeployment(deployment, pendingItem(batch_id, index, key), waiting?.get(index) ?? noTurn(header))
      : viewDeployment(deployment, row);
  });
  return { views, indexes: found.map(({ index }) => index), next };
};

/** Of a deployment in a batch that has no plan, or that has ended. */
const noTurn = ({ ended_at }: HeaderRow): readonly Waiting[] =>
  ended_at === undefined ? [{ kind: 'plan', name: 'plan' }] : [{ kind: 'stop', name: 'finished' }];

const chunkOf = (index: number): number => Math.floor(index / planChunkSize);

const readPlan = async (
  deps: Needs,
  batchId: string,
  found: readonly Found[],
): Promise<readonly PlannedDeployment[]> => {
  const numbers = [...new Set(found.map(({ index }) => chunkOf(index)))];
  const read = await Promise.all(numbers.map((chunk) => readPlanChunk(deps, batchId, chunk)));
  const chunks = new Map(numbers.map((chunk, at) => [chunk, read[at]!]));
  return found.map(({ index }) => chunks.get(chunkOf(index))![index % planChunkSize]!);
};

/** Nothing has happened to any of them yet. */
const readUnplanned = async (
  deps: Needs,
  header: HeaderRow,
  { from, limit, status = 'PENDING' }: Search,
): Promise<ViewPage> => {
  if (status !== 'PENDING') return { views: [], indexes: [] };
  const { batch_id, total } = header;
  const { deployments } = await readDocument<Batch>(deps.documents, documentPaths.batch(batch_id));
  const views = deployments
    .slice(from, from + limit)
    .map((asked: Asked, at) => viewDeployment(asked, pendingItem(batch_id, from + at, asked.key), noTurn(header)));
  return { views, indexes: views.map((_, at) => from + at), ...(from + limit < total ? { next: from + limit } : {}) };
};
