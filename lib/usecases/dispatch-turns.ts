import { FlotillaError, isFlotillaError } from '../domain/errors.ts';
import type { Item, Write } from '../domain/ports.ts';
import { changeItem, pendingItem } from '../domain/record/change.ts';
import { type HeaderRow, type InboxMessage, itemOf, keys, rowOf, type TurnRow } from '../domain/record/rows.ts';
import { type Decisions, decide, type Grant, type Refusal } from '../domain/schedule/decide.ts';
import type { Sheet } from '../domain/schedule/sheet.ts';
import type { ScheduleState } from '../domain/schedule/state.ts';
import { deliverAnswer } from './answer-wait.ts';
import type { Deps } from './deps.ts';
import { everyItem, loadSchedule, readScheduleVersion, readSheet, scheduleWrites } from './schedule-store.ts';

type Dispatching = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'pace'>;

/** What a dispatcher keeps between its calls: who it is, and the state as it committed it last. */
export interface DispatcherMemory {
  readonly holder: string;
  state?: ScheduleState;
  running?: Promise<void>;
  again?: boolean;
}

interface LeaseRow {
  readonly holder: string;
  readonly fence: number;
  readonly until: number;
}

/** Rows of a transaction left for decisions: 100 less the state row and the lease. */
const rowsPerRound = 96;
const messagesPerRound = 20;
const contestsAtMost = 20;

/**
 * Decides turns until the inbox is empty. Only the holder of the lease decides; another caller leaves at once, since
 * the holder looks again after it has let go. Calls within one process are folded into one.
 */
export const dispatchTurns = async (deps: Dispatching, memory: DispatcherMemory): Promise<void> => {
  if (memory.running !== undefined) {
    memory.again = true;
    return memory.running;
  }
  memory.running = dispatchWhileAsked(deps, memory).finally(() => {
    delete memory.running;
  });
  return memory.running;
};

const dispatchWhileAsked = async (deps: Dispatching, memory: DispatcherMemory): Promise<void> => {
  do {
    memory.again = false;
    do {
      const fence = await acquireLease(deps, memory.holder);
      if (fence === undefined) return;
      try {
        await decideAll(deps, memory, fence);
      } finally {
        await releaseLease(deps, memory.holder, fence);
      }
    } while ((await firstMessages(deps, 1)).length > 0);
  } while (memory.again);
};

const acquireLease = async ({ table, clock, pace }: Dispatching, holder: string): Promise<number | undefined> => {
  const lease = rowOf<LeaseRow>(await table.get(keys.lease));
  const now = clock.now();
  if (lease !== undefined && lease.until > now && lease.holder !== holder) return undefined;
  const fence = (lease?.fence ?? 0) + 1;
  const row: LeaseRow = { holder, fence, until: now + pace.lease };
  const when = lease === undefined ? { exists: false } : { equals: { fence: lease.fence } };
  try {
    await table.transact([{ put: itemOf(keys.lease, row), when }]);
    return fence;
  } catch (error) {
    if (isFlotillaError(error, 'ConditionFailed') || isFlotillaError(error, 'TableBusy')) return undefined;
    throw error;
  }
};

const releaseLease = async ({ table }: Dispatching, holder: string, fence: number): Promise<void> => {
  try {
    await table.transact([
      { put: itemOf(keys.lease, { holder, fence, until: 0 } satisfies LeaseRow), when: { equals: { fence } } },
    ]);
  } catch (error) {
    // Somebody took it over after it ran out; nothing of ours can be committed any more.
    if (!isFlotillaError(error, 'ConditionFailed')) throw error;
  }
};

const firstMessages = async ({ table }: Dispatching, limit: number): Promise<readonly Item[]> =>
  (await table.query({ pk: 'INBOX', limit })).items;

const decideAll = async (deps: Dispatching, memory: DispatcherMemory, fence: number): Promise<void> => {
  if (memory.state?.version !== (await readScheduleVersion(deps.table))) {
    memory.state = await loadSchedule(deps);
    await sendOpenTurns(deps);
  }
  let grant = true;
  let contested = 0;
  for (;;) {
    const items = await firstMessages(deps, messagesPerRound);
    const round = await decideOnce(deps, memory, { fence, items, grant });
    if (round === 'lost') return;
    if (round === 'contested') {
      // Somebody recorded an outcome meanwhile; its message is in the inbox, so read that to its end before granting.
      contested += 1;
      if (contested > contestsAtMost) throw new FlotillaError('TableBusy', 'the scheduling state is contested');
      grant = false;
      continue;
    }
    if (round.more || round.consumed < items.length || items.length === messagesPerRound) continue;
    if (grant) return;
    grant = true;
  }
};

/** What was decided before must reach its child, whoever decided it. */
const sendOpenTurns = async (deps: Dispatching): Promise<void> => {
  for await (const item of everyItem(deps.table, { pk: 'DISPATCHER', prefix: 'TURN#' })) {
    const { batch_id, index } = rowOf<TurnRow>(item)!;
    await deliverAnswer(deps, { batch_id, index, wait: 'turn' });
  }
};

interface Round {
  readonly fence: number;
  readonly items: readonly Item[];
  readonly grant: boolean;
}

/** One transaction. What could not be committed was not decided: the state is thrown away and loaded again. */
const decideOnce = async (
  deps: Dispatching,
  memory: DispatcherMemory,
  { fence, items, grant }: Round,
): Promise<{ readonly more: boolean; readonly consumed: number } | 'lost' | 'contested'> => {
  memory.state ??= await loadSchedule(deps);
  const state = memory.state;
  const messages = items.map((item) => rowOf<{ message: InboxMessage }>(item)!.message);
  const planned = await plannedBatches(deps, messages, state);
  const decisions = decide(state, messages, { ...planned, rows: rowsPerRound, grant });
  const consumed = items.slice(0, decisions.consumed);
  const writes = writesOf(deps, state, decisions);
  if (consumed.length === 0 && writes.length === 1) return { more: decisions.more, consumed: 0 };
  const { clock, pace, table } = deps;
  const lease: Write = {
    update: keys.lease,
    set: { until: clock.now() + pace.lease },
    when: { equals: { fence } },
  };
  try {
    await table.transact([lease, ...writes, ...consumed.map(({ pk, sk }): Write => ({ delete: { pk, sk } }))]);
  } catch (error) {
    delete memory.state;
    if (isFlotillaError(error, 'ConditionFailed')) return error.details['index'] === 0 ? 'lost' : 'contested';
    throw error;
  }
  state.version += 1;
  await Promise.all(
    [...decisions.grants, ...decisions.refusals].map((turn) => deliverAnswer(deps, { ...turn, wait: 'turn' })),
  );
  return { more: decisions.more, consumed: decisions.consumed };
};

/** What `planned` messages need: the sheets, and which of the batches were cancelled before. */
const plannedBatches = async (
  deps: Dispatching,
  messages: readonly InboxMessage[],
  state: ScheduleState,
): Promise<{ readonly sheets: Map<string, Sheet>; readonly cancelled: Set<string> }> => {
  const sheets = new Map<string, Sheet>();
  const cancelled = new Set<string>();
  for (const { type, batch_id } of messages) {
    if (type !== 'planned' || state.batches.has(batch_id)) continue;
    sheets.set(batch_id, await readSheet(deps, batch_id));
    const header = rowOf<HeaderRow>(await deps.table.get(keys.header(batch_id)));
    if (header?.cancel_requested_at !== undefined) cancelled.add(batch_id);
  }
  return { sheets, cancelled };
};

const writesOf = (deps: Dispatching, state: ScheduleState, decisions: Decisions): Write[] => {
  const at = deps.clock.now();
  return [
    ...scheduleWrites(state, decisions),
    ...decisions.grants.flatMap((grant) => grantWrites(grant, at)),
    ...decisions.refusals.map((refusal) => refusalWrite(refusal, at)),
    ...decisions.revoked.map(
      ({ batch_id, index }): Write => ({
        update: keys.turn(batch_id, index),
        set: { state: 'cancelled', reason: 'BatchCancelled', message: 'The batch was cancelled.' },
        when: { exists: true },
      }),
    ),
  ];
};

const grantWrites = ({ batch_id, index, key, target, fence }: Grant, at: number): Write[] => {
  const message = 'Its turn has come.';
  const turn: TurnRow = { batch_id, index, key, target, fence, state: 'granted', reason: 'TurnGranted', message, at };
  const change = changeItem(
    pendingItem(batch_id, index, key),
    { status: 'PROCESSING', reason: 'TurnGranted', message, step: 'capture', started_at: at },
    { at, actor: 'dispatcher', detail: { fence } },
  );
  return [{ put: itemOf(keys.turn(batch_id, index), turn), when: { exists: false } }, ...change.writes];
};

/** Only the turn is written: the child that waits for it records the outcome. */
const refusalWrite = ({ batch_id, index, key, target, status, reason, message }: Refusal, at: number): Write => {
  const turn: TurnRow = { batch_id, index, key, target, state: 'refused', status, reason, message, at };
  return { put: itemOf(keys.turn(batch_id, index), turn), when: { exists: false } };
};
