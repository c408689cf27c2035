import type { Batch } from '../../domain/batch/batch.ts';
import type { Status } from '../../domain/deployment/status.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { pendingItem } from '../../domain/record/change.ts';
import { documentPaths, planChunkSize } from '../../domain/record/keys.ts';
import { type HeaderRow, isSealed } from '../../domain/record/rows.ts';
import type { RootCause } from '../../domain/schedule/root-cause.ts';
import type { Waiting } from '../../domain/schedule/waiting.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { fittingCount } from '../fitting-count.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { sightOf } from '../grants/sight.ts';
import { readPlanChunk } from '../plan/plan-store.ts';
import { readDocument } from '../record/read-document.ts';
import { readRoots } from '../schedule/read-roots.ts';
import { readWaiting } from '../schedule/read-waiting.ts';
import { readKeptSheet } from '../schedule/schedule-store.ts';
import { type Asked, type DeploymentView, viewDeployment, viewFor } from './deployment-view.ts';
import { type Found, findDeployments, readCells, type Search } from './find-deployments.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

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

/** One page of the deployments of a batch that have the status, and that may be seen: what was planned, merged with how far it is. */
export const listDeployments = async (deps: Needs, input: ListDeploymentsInput): Promise<DeploymentList> => {
  const header = await findSeenBatch(deps, input.batchId);
  const { batch_id, plan_hash } = header;
  const planned = plan_hash !== undefined;
  const sight = await sightOf(deps, header);
  const from = { from: input.after + 1, limit: input.limit, status: input.status };
  const search: Search = sight.isWhole ? from : { ...from, sees: sight.sees };
  const page = await (planned ? readPlanned(deps, header, search) : readUnplanned(deps, header, search));
  const fitting = fittingCount(page.views);
  const next = fitting < page.views.length ? page.indexes[fitting] : page.next;
  return {
    batch_id,
    planned,
    total: sight.total,
    deployments: await sight.shown(page.views.slice(0, fitting)),
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
  const isRunning = !isSealed(header);
  const [waiting, roots] = await Promise.all([
    pending.length > 0 && isRunning ? readWaiting(deps, batch_id, pending) : undefined,
    readRootsOf(deps, header, found),
  ]);
  const views = deployments.map((deployment, at) => {
    const { index, key } = deployment;
    const { row } = found[at]!;
    if (row === undefined) {
      return viewDeployment(deployment, pendingItem(batch_id, index, key), waiting?.get(index) ?? noTurn(header));
    }
    const root = roots.get(index);
    const view = viewFor(deps.rights.actor, viewDeployment(deployment, row));
    return root === undefined ? view : { ...view, root };
  });
  return { views, indexes: found.map(({ index }) => index), next };
};

/** Of those that were skipped. Nothing is read where there are none. */
const readRootsOf = async (
  deps: Needs,
  header: HeaderRow,
  found: readonly Found[],
): Promise<ReadonlyMap<number, RootCause>> => {
  const skipped = found.flatMap(({ index, row }) => (row?.status === 'SKIPPED' ? [index] : []));
  const cells = skipped.length === 0 ? undefined : await readCells(deps, header);
  if (cells === undefined) return new Map();
  return readRoots(deps, { sheet: await readKeptSheet(deps, header.batch_id), cells }, skipped);
};

/** Of a deployment in a batch that has no plan, or that has ended. */
const noTurn = (header: HeaderRow): readonly Waiting[] =>
  isSealed(header) ? [{ kind: 'stop', name: 'finished' }] : [{ kind: 'plan', name: 'plan' }];

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
  { from, limit, status = 'PENDING', sees = () => true }: Search,
): Promise<ViewPage> => {
  if (status !== 'PENDING') return { views: [], indexes: [] };
  const { batch_id } = header;
  const { deployments } = await readDocument<Batch>(deps.documents, documentPaths.batch(batch_id));
  const found = deployments.flatMap((asked: Asked, index) => (index >= from && sees(index) ? [{ asked, index }] : []));
  const views = found
    .slice(0, limit)
    .map(({ asked, index }) => viewDeployment(asked, pendingItem(batch_id, index, asked.key), noTurn(header)));
  return { views, indexes: found.map(({ index }) => index), next: found[limit]?.index };
};
