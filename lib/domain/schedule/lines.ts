import { covers } from '../holds/covers.ts';
import type { HoldRow } from '../holds/hold.ts';
import { makeRankHeap } from '../plan/rank-heap.ts';
import { mayStart } from './cells.ts';
import { type Sheet, scopeOfClass } from './sheet.ts';
import type { BatchState, Line, ScheduleState } from './state.ts';

/** More classes than a batch can have: it has at most 10,000 deployments. */
const span = 16_384;
const placeInLine = ({ head }: BatchState, at: number): number => head.order * span + at;

const nameOfLine = ({ lane }: Sheet, names: readonly string[]): string => [lane ?? '', ...names].join('|');

/** Adds a new batch to its lines, one for each of its classes. */
export const joinLines = (state: ScheduleState, batch: BatchState): void => {
  state.byOrder.set(batch.head.order, batch.sheet.batch_id);
  for (const names of batch.sheet.classes) {
    const line = state.lines.get(nameOfLine(batch.sheet, names)) ?? newLine(state, batch.sheet, names);
    state.lines.set(nameOfLine(batch.sheet, names), line);
    line.batches += 1;
    batch.lines.push(line);
  }
};

const newLine = (state: ScheduleState, { lane }: Sheet, names: readonly string[]): Line => {
  const line: Line = {
    ...{ names, scope: scopeOfClass(names), isRollback: lane === 'rollback' },
    ...{ waiting: makeRankHeap(), batches: 0 },
  };
  holdLine(line, state.held.wide);
  return line;
};

export const leaveLines = (state: ScheduleState, { sheet, head, lines }: BatchState): void => {
  state.byOrder.delete(head.order);
  lines.forEach((line, at) => {
    line.batches -= 1;
    if (line.batches === 0) state.lines.delete(nameOfLine(sheet, sheet.classes[at]!));
  });
};

/** Considers `holds`, which name neither batch nor service. */
export const holdLine = (line: Line, holds: readonly HoldRow[]): void => {
  const candidate = { ...line.scope, isRollback: line.isRollback, key: '', batch_id: '' };
  line.held = holds.find((hold) => covers(hold, candidate));
};

/** Makes a deployment a candidate for the next turn. */
export const offer = (batch: BatchState, index: number): void => {
  const at = batch.sheet.class_of[index]!;
  batch.ready[at]!.push(batch.sheet.ranks[index]!);
  queue(batch, at);
};

const queue = (batch: BatchState, at: number): void => {
  if (batch.queued[at] === 1) return;
  batch.queued[at] = 1;
  batch.lines[at]!.waiting.push(placeInLine(batch, at));
};

/** After something that blocked the whole batch. */
export const queueAgain = (batch: BatchState): void => {
  batch.ready.forEach((heap, at) => {
    if (heap.size() > 0) queue(batch, at);
  });
};

export interface First {
  readonly batch: BatchState;
  /** Its class. */
  readonly at: number;
  readonly rank: number;
}

/**
 * The first candidate in a line. Candidates that cannot have anything now are removed on the way until they are offered
 * or queued again. So are places of forgotten batches, which may belong to others by now, in other lines.
 */
export const firstOf = (state: ScheduleState, line: Line, mayHave: (batch: BatchState, at: number) => boolean) => {
  for (let place = line.waiting.peek(); place !== undefined; place = line.waiting.peek()) {
    const at = place % span;
    const found = state.batches.get(state.byOrder.get(Math.floor(place / span)) ?? '');
    const batch = found?.lines[at] === line ? found : undefined;
    const rank = batch !== undefined && mayHave(batch, at) ? smallestRank(batch, at) : undefined;
    if (batch !== undefined && rank !== undefined) return { batch, at, rank } satisfies First;
    line.waiting.pop();
    if (batch !== undefined) batch.queued[at] = 0;
  }
  return undefined;
};

/** Among the startable ones. Drops ranks of settled deployments on the way. */
const smallestRank = (batch: BatchState, at: number): number | undefined => {
  const heap = batch.ready[at]!;
  for (let rank = heap.peek(); rank !== undefined; rank = heap.peek()) {
    if (mayStart(batch.cells.at(batch.byRank[rank]!))) return rank;
    heap.pop();
  }
  return undefined;
};
