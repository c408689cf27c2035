import { type Catalogue, entryOf } from '../../domain/catalogue/catalogue.ts';
import { clusterOfAccount, type ExecutorAccount, executorAccounts } from '../../domain/catalogue/executor-accounts.ts';
import { namesSeen } from '../../domain/catalogue/show-catalogue.ts';
import { keys } from '../../domain/record/keys.ts';
import { countWaits, type WaitKind } from '../../domain/schedule/count-waits.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import { readBudgets } from '../budget/read-budgets.ts';
import type { AskedBy, Deps } from '../deps.ts';
import type { HoldView } from '../holds/hold-view.ts';
import { listHolds } from '../holds/list-holds.ts';
import { isoTime } from '../iso-time.ts';
import { type AllTurns, readTurns, roomOf } from './read-turns.ts';
import { readAllCells } from './schedule-store.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy;

/** What is under way and what waits, in all batches that the caller may see, wholly or in part. */
export interface QueueView {
  readonly batches: number;
  readonly in_flight: number;
  readonly waiting: number;
  /** So much waits that not all of it was counted. */
  readonly at_least?: true;
  /** The waiting batch that was planned first, and since when it is waiting. */
  readonly oldest_wait?: { readonly batch_id: string; readonly since: string };
  /** How many deployments wait for what, by the first obstacle. */
  readonly waits: Readonly<Partial<Record<WaitKind, number>>>;
  readonly limits: readonly LimitView[];
  /** Executor accounts to which nothing is sent now. */
  readonly throttled: readonly { readonly account: string; readonly until: string }[];
  /** Pauses and circuits. */
  readonly holds: readonly HoldView[];
  /** Messages to the dispatcher: those not read yet, and those it could not read. */
  readonly messages: { readonly unread: CountView; readonly rejected: CountView };
}

export interface CountView {
  readonly count: number;
  readonly at_least?: true;
}

/** How many deployments are in flight, and how many may be. Absent maximum: no limit. */
export interface LimitView {
  readonly kind: 'environment' | 'pillar' | 'cluster' | 'executor';
  readonly name: string;
  readonly limit?: number;
  readonly in_flight: number;
}

const mostLookedAt = 20_000;
const mostMessages = 100;

/** Reads the scheduling rows, and never one per deployment. */
export const readQueue = async (deps: Needs): Promise<QueueView> => {
  const catalogue = await deps.catalogue();
  const [all, cells] = await Promise.all([readTurns(deps), readAllCells(deps.table)]);
  const [counted, budgets, holds, unread, rejected] = await Promise.all([
    countAll(deps, all, cells),
    readBudgets(deps, catalogue),
    listHolds(deps),
    countMessages(deps, keys.inbox('').pk),
    countMessages(deps, keys.rejected('').pk),
  ]);
  return {
    ...counted,
    limits: limitsOf(catalogue, deps, all),
    throttled: budgets.flatMap(({ account, closed_until }) =>
      closed_until === undefined ? [] : [{ account, until: closed_until }],
    ),
    holds,
    messages: { unread, rejected },
  };
};

type Counted = Omit<QueueView, 'limits' | 'throttled' | 'holds' | 'messages'>;
type CellsOfAll = Awaited<ReturnType<typeof readAllCells>>;

const countAll = async (deps: Needs, all: AllTurns, cellsOf: CellsOfAll): Promise<Counted> => {
  const sees = (place: Parameters<typeof deps.rights.may>[1]): boolean => deps.rights.may('read', place);
  const sum = { batches: 0, in_flight: 0, waiting: 0 };
  const waits: Partial<Record<WaitKind, number>> = {};
  let looked = 0;
  let oldest: string | undefined;
  for (const { head, sheet } of all.batches) {
    const cells = cellsOf.get(head.batch_id);
    // It is being written, or was just removed.
    if (cells === undefined || cells.length !== sheet.keys.length) continue;
    if (looked > mostLookedAt) break;
    looked += cells.length;
    const counts = countWaits(all.turns, { sheet, cells, head }, sees);
    if (counts.in_flight + counts.waiting > 0) sum.batches += 1;
    if (counts.waiting > 0) oldest ??= head.batch_id;
    sum.in_flight += counts.in_flight;
    sum.waiting += counts.waiting;
    for (const [kind, count] of Object.entries(counts.waits) as [WaitKind, number][])
      waits[kind] = (waits[kind] ?? 0) + count;
  }
  const isPart = all.isPart || looked > mostLookedAt;
  return { ...sum, ...(isPart ? { at_least: true } : {}), ...(await oldestWait(deps, oldest)), waits };
};

const oldestWait = async (deps: Needs, batchId: string | undefined): Promise<Pick<QueueView, 'oldest_wait'>> => {
  const header = batchId === undefined ? undefined : await lookForBatch(deps, batchId);
  if (header === undefined) return {};
  return { oldest_wait: { batch_id: header.batch_id, since: isoTime(header.created_at) } };
};

/** For everything that the caller may see and that has, or may have, a limit. */
const limitsOf = (catalogue: Catalogue, { rights }: Needs, { turns }: AllTurns): readonly LimitView[] => {
  const { pillars, environments, clusters } = namesSeen(catalogue, rights);
  const of = (kind: LimitView['kind'], name: string, configured: number | undefined): LimitView => ({
    ...{ kind, name },
    ...roomOf(turns, `${kind}:${name}`, configured),
  });
  return [
    ...environments.map((name) => of('environment', name, entryOf(catalogue.environments, name)?.max_concurrency)),
    ...pillars.map((name) => of('pillar', name, catalogue.pillars[name]!.max_concurrency)),
    ...clusters.map((name) => of('cluster', name, catalogue.clusters[name]!.max_concurrency)),
    ...(rights.any ? executorsOf(catalogue, clusters) : []).map(({ account, max_concurrency }) =>
      of('executor', account, max_concurrency),
    ),
  ];
};

/** Accounts of clusters that may be seen, and accounts that are not clusters. */
const executorsOf = (catalogue: Catalogue, clusters: readonly string[]): readonly ExecutorAccount[] =>
  executorAccounts(catalogue).filter(({ account }) => {
    const cluster = clusterOfAccount(account);
    return cluster === undefined || clusters.includes(cluster);
  });

const countMessages = async ({ table }: Needs, pk: string): Promise<CountView> => {
  const { items, next } = await table.query({ pk, limit: mostMessages });
  return { count: items.length, ...(next === undefined ? {} : { at_least: true }) };
};
