import type { Batch } from '../../domain/batch/batch.ts';
import { type DeploymentFilter, fitsPlace, fitsRow } from '../../domain/deployment/deployment-filter.ts';
import type { Status } from '../../domain/deployment/status.ts';
import { asPlanned, positionOf, type Standing, standingAt } from '../../domain/deployment/trouble.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { present } from '../../domain/present.ts';
import { pendingItem } from '../../domain/record/change.ts';
import { documentPaths, planChunkSize } from '../../domain/record/keys.ts';
import { type HeaderRow, isSealed } from '../../domain/record/rows.ts';
import { heldBack, type RootCause, rootCauses } from '../../domain/schedule/root-cause.ts';
import type { Waiting } from '../../domain/schedule/waiting.ts';
import { type CursorOf, cursorFor, positionIn, wrongCursor } from '../cursor.ts';
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
import { type Found, readCells } from './find-deployments.ts';
import { selectDeployments, type Wanted } from './select-deployments.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

export interface ListDeploymentsInput extends DeploymentFilter {
  readonly batchId: string;
  /** 1 to 1000. */
  readonly limit: number;
  /** `next_after` of the previous page. */
  readonly after?: string | undefined;
  /** `trouble`: first what failed, then what is UNKNOWN, in work, and waiting. Otherwise in plan order. */
  readonly sort?: 'plan' | 'trouble' | undefined;
}

export interface DeploymentList {
  readonly batch_id: string;
  /** Until then the order is the file's, afterwards the plan's. */
  readonly planned: boolean;
  /** All that the caller may see, whether they match or not. */
  readonly total: number;
  readonly deployments: readonly DeploymentView[];
  /** The most deployments on a page. */
  readonly limit: number;
  /**
   * Send it as `after` to continue; absent at the end. A page with a next one is usually full. It is shorter if filling
   * it would be too much work for one request, or too large an answer.
   */
  readonly next_after?: string;
}

/** One page of a batch's deployments that match and may be seen: what was planned, merged with the progress. */
export const listDeployments = async (deps: Needs, input: ListDeploymentsInput): Promise<DeploymentList> => {
  const { batchId, limit, after, sort = 'plan', ...filter } = input;
  const header = await findSeenBatch(deps, batchId);
  const { batch_id, plan_hash } = header;
  const of = { list: `deployments of ${batch_id}`, filters: { ...filter, sort } };
  const sight = await sightOf(deps, header);
  const wanted: Wanted = { filter, sort, sight, limit, behind: standingIn(of, after) };
  const planned = plan_hash !== undefined;
  const page = await (planned ? readPlanned(deps, header, wanted) : readUnplanned(deps, header, wanted));
  const fitting = fittingCount(page.views);
  const next = fitting < page.views.length ? page.standings[fitting - 1] : page.next;
  return {
    batch_id,
    planned,
    total: sight.total,
    deployments: await sight.shown(page.views.slice(0, fitting)),
    limit,
    ...(next === undefined ? {} : { next_after: cursorFor(of, positionOf(next)) }),
  };
};

const standingIn = (of: CursorOf, after: string | undefined): Standing | undefined => {
  const position = positionIn(of, after);
  if (position === undefined) return undefined;
  const standing = standingAt(position);
  if (standing === undefined) throw wrongCursor();
  return standing;
};

interface ViewPage {
  readonly views: readonly DeploymentView[];
  /** The position of each in the list. */
  readonly standings: readonly Standing[];
  /** The position to continue after. */
  readonly next?: Standing | undefined;
}

const readPlanned = async (deps: Needs, header: HeaderRow, wanted: Wanted): Promise<ViewPage> => {
  const { batch_id } = header;
  const { found, standings, next } = await selectDeployments(deps, header, wanted);
  const deployments = await readPlan(deps, batch_id, found);
  const pending = deployments.filter((_, at) => found[at]!.row === undefined);
  const isRunning = !isSealed(header);
  const [waiting, { roots, held }] = await Promise.all([
    pending.length > 0 && isRunning ? readWaiting(deps, batch_id, pending) : undefined,
    readCauses(deps, header, { found, sees: wanted.sight.sees }),
  ]);
  const views = deployments.map((deployment, at) => {
    const { index, key } = deployment;
    const { row } = found[at]!;
    if (row === undefined) {
      return viewDeployment(deployment, pendingItem(batch_id, index, key), waiting?.get(index) ?? noTurn(header));
    }
    const view = viewFor(deps.rights.actor, viewDeployment(deployment, row));
    return { ...view, ...present({ root: roots.get(index), holds_back: held.get(index) }, ['root', 'holds_back']) };
  });
  return { views, standings, next };
};

interface Causes {
  readonly roots: ReadonlyMap<number, RootCause>;
  /** By root: how many do not start because of it. */
  readonly held: ReadonlyMap<number, number>;
}

interface Shown {
  readonly found: readonly Found[];
  readonly sees: (index: number) => boolean;
}

/** Root causes of those that were skipped, and how many others each root holds back. Reads nothing if nothing was skipped. */
const readCauses = async (deps: Needs, header: HeaderRow, { found, sees }: Shown): Promise<Causes> => {
  const skipped = found.flatMap(({ index, row }) => (row?.status === 'SKIPPED' ? [index] : []));
  const mayHold = header.totals === undefined || (header.totals.SKIPPED ?? 0) > 0;
  const isBad = mayHold && found.some(({ row }) => row !== undefined && badStatuses.has(row.status));
  const cells = isBad || skipped.length > 0 ? await readCells(deps, header) : undefined;
  if (cells === undefined) return { roots: new Map(), held: new Map() };
  const sheet = await readKeptSheet(deps, header.batch_id);
  return {
    roots: await readRoots(deps, { sheet, cells }, skipped),
    held: heldBack(rootCauses(sheet, cells), cells.length, sees),
  };
};

const badStatuses: ReadonlySet<Status> = new Set(['FAILED', 'UNKNOWN', 'CANCELLED', 'ROLLBACK']);

/** What a deployment waits for if its batch has no plan, or has ended. */
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

/** Nothing has happened to them yet, and their clusters are not known. */
const readUnplanned = async (
  deps: Needs,
  header: HeaderRow,
  { filter, sight, limit, behind }: Wanted,
): Promise<ViewPage> => {
  const { batch_id } = header;
  const { deployments } = await readDocument<Batch>(deps.documents, documentPaths.batch(batch_id));
  const { from = 0, held_by } = filter;
  const found = deployments.flatMap((asked, index) => {
    const { key, pillar, environment_id: environment } = asked;
    const isBehind = index >= from && (behind === undefined || index > behind.index);
    const fits = isBehind && sight.sees(index) && fitsPlace(filter, { environment, pillar, cluster: undefined });
    return fits && held_by === undefined && fitsRow(filter, key) ? [{ asked, standing: asPlanned(index) }] : [];
  });
  const page = found.slice(0, limit);
  const views = page.map(({ asked, standing: { index } }: { readonly asked: Asked; readonly standing: Standing }) =>
    viewDeployment(asked, pendingItem(batch_id, index, asked.key), noTurn(header)),
  );
  const standings = page.map(({ standing }) => standing);
  return { views, standings, next: found.length > limit ? standings.at(-1) : undefined };
};
