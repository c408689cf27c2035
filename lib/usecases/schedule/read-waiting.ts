import type { Status } from '../../domain/deployment/status.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { RootCause } from '../../domain/schedule/root-cause.ts';
import { newBatch } from '../../domain/schedule/state.ts';
import {
  dependenciesSucceeded,
  turnsOf,
  type Waiting,
  type WaitingBatch,
  waitingFor,
} from '../../domain/schedule/waiting.ts';
import type { Deps } from '../deps.ts';
import { readRoots } from './read-roots.ts';
import { readCells, readHeads, readHolds, readKeptSheet, readLocks } from './schedule-store.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;
type Asked = Pick<PlannedDeployment, 'index' | 'dependencies'>;

/**
 * By index: what now holds back the deployments of a planned batch that have no turn yet. Reads small rows with four
 * queries, and sheets of other batches only where a limit may matter. Writes nothing. The reads are not from a single
 * moment, so the answer may be a moment old.
 */
export const readWaiting = async (
  deps: Needs,
  batchId: string,
  asked: readonly Asked[],
): Promise<ReadonlyMap<number, readonly Waiting[]>> => {
  const [sheet, heads, cells, locks, holds] = await Promise.all([
    readKeptSheet(deps, batchId),
    readHeads(deps.table),
    readCells(deps.table, batchId),
    readLocks(deps.table),
    readHolds(deps.table),
  ]);
  const head = heads.find(({ batch_id }) => batch_id === batchId);
  // The dispatcher has not started with it yet. Or it is done with it, and the cells are deleted with the head.
  const isKnown = head !== undefined && cells.length === sheet.keys.length;
  const batch: WaitingBatch = isKnown ? { sheet, head, cells } : newBatch(sheet, Number.POSITIVE_INFINITY);
  const isReady = asked.some((one) => dependenciesSucceeded(batch, one));
  const scheduled = isReady
    ? await Promise.all(heads.map((one) => one.sheet ?? readKeptSheet(deps, one.batch_id)))
    : [];
  const turns = turnsOf(locks, scheduled, holds);
  const [resolved, roots] = await Promise.all([readResolved(deps, batch, asked), readRootsByKey(deps, batch, asked)]);
  const tell = (one: Waiting): Waiting => {
    if (one.kind !== 'dependency') return one;
    const since = resolved.get(one.name);
    const root = roots.get(one.name);
    return { ...one, ...(since === undefined ? {} : { resolved: since }), ...(root === undefined ? {} : { root }) };
  };
  return new Map(asked.map((one) => [one.index, waitingFor(turns, batch, one).map(tell)]));
};

/** By key: the root cause of skipped dependencies whose dependents are about to be skipped. */
const readRootsByKey = async (
  { table }: Needs,
  { sheet, cells }: WaitingBatch,
  asked: readonly Asked[],
): Promise<ReadonlyMap<string, RootCause>> => {
  const untold = asked.filter(({ index }) => typeof cells.at(index) === 'number');
  const skipped = new Set(untold.flatMap(({ dependencies }) => dependencies).filter((at) => cells.at(at) === 'K'));
  const roots = await readRoots({ table }, { sheet, cells }, [...skipped]);
  return new Map([...roots].map(([index, root]) => [sheet.keys[index]!, root]));
};

/**
 * By key: the outcome of dependencies that were UNKNOWN when the dispatcher heard of them. The dispatcher skips their
 * dependents some at a time. In between somebody may resolve them, and then their own rows no longer say UNKNOWN.
 */
const readResolved = async (
  { table }: Needs,
  { sheet, cells }: WaitingBatch,
  asked: readonly Asked[],
): Promise<ReadonlyMap<string, Status>> => {
  const untold = asked.filter(({ index }) => typeof cells.at(index) === 'number');
  const unknown = new Set(untold.flatMap(({ dependencies }) => dependencies).filter((at) => cells.at(at) === 'U'));
  const items = await Promise.all([...unknown].map((index) => table.get(keys.item(sheet.batch_id, index))));
  return new Map(
    items.flatMap((item) => {
      const row = rowOf<ItemRow>(item);
      return row?.outcome?.resolved_by === undefined ? [] : [[row.key, row.status] as const];
    }),
  );
};
