import type { Executor, StartResult, Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { attributesOf, type Failure, rowOf } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import type { Beside } from './beside.ts';
import { sentAgain } from './pause-start.ts';
import { type Queued, queueStart } from './queue-start.ts';
import { settleFailure } from './settle-failure.ts';
import { isHeld, noTurn, readStandingOfQueued } from './standing.ts';
import { startOnce } from './start-run.ts';
import { takeAnswer } from './take-answer.ts';
import { placeOf, requestOf } from './watched-row.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace'>;

/** Concurrent starts. Each may wait for its turn in the budget, which grants about as many between two looks. */
const most = 50;
/** A start that the executor rejected is retried after half of this to all of it, in milliseconds. */
const pause = 15_000;

/**
 * Sends queued starts, oldest first, beside the looks at running ones. A slow start holds up no look and may still run
 * at the next. The first start without room stops the sending until the next look.
 */
export class QueuedStarts {
  readonly #deps: Needs;
  readonly #options: QueueOptions;
  readonly #underWay = new Set<string>();
  #senders = 0;
  #waiting: RunWatchRow[] = [];

  constructor(deps: Needs, options: QueueOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  begin(executor: Executor, rows: readonly RunWatchRow[]): void {
    const latest = this.#latest();
    const isDue = ({ key, phase, until = 0 }: RunWatchRow): boolean =>
      phase === 'queued' && until <= latest && !this.#underWay.has(key);
    this.#waiting = rows.filter(isDue).toSorted(byAge);
    const wanted = Math.min(most - this.#senders, this.#waiting.length);
    for (let added = 0; added < wanted; added += 1) this.#options.beside.begin(() => this.#sendAll(executor));
  }

  #latest(): number {
    const { clock, pace } = this.#deps;
    return Math.min(clock.now() + pace.pollExecutor, this.#options.end);
  }

  async #sendAll(executor: Executor): Promise<void> {
    this.#senders += 1;
    try {
      for (let row = this.#waiting.shift(); row !== undefined; row = this.#waiting.shift()) {
        const isTaken = await this.#send(executor, row);
        if (!isTaken) this.#waiting = [];
      }
    } finally {
      this.#senders -= 1;
    }
  }

  async #send(executor: Executor, row: RunWatchRow): Promise<boolean> {
    this.#underWay.add(row.key);
    try {
      return await sendQueued(this.#deps, row, { executor, latest: this.#latest() });
    } finally {
      this.#underWay.delete(row.key);
    }
  }
}

interface QueueOptions {
  readonly beside: Beside;
  /** Milliseconds since 1970. Nothing is sent after this. */
  readonly end: number;
}

const byAge = (one: RunWatchRow, other: RunWatchRow): number =>
  (one.queued_at ?? one.at) - (other.queued_at ?? other.at) || (one.key < other.key ? -1 : 1);

interface Sending {
  readonly executor: Executor;
  readonly latest: number;
}

/** False if there was no room, so there is none for others either. */
const sendQueued = async (deps: Needs, row: RunWatchRow, { executor, latest }: Sending): Promise<boolean> => {
  const claimed = await claim(deps, row);
  if (claimed === undefined) return true;
  if ('reason' in claimed) {
    await giveUpQueued(deps, row, claimed);
    return true;
  }
  await deps.table.synced();
  const answer = await startOnce(executor, requestOf(claimed), latest);
  const place = placeOf(row);
  if (answer.kind === 'busy' || (answer.kind === 'rejected' && answer.retryable)) {
    await queueStart(deps, place, { ...queuedAgain(deps, answer), asked: claimed.asked ?? 0, since: row.queued_at });
    return false;
  }
  await takeAnswer(deps, { place, deployment: row.deployment }, answer);
  return true;
};

/**
 * Takes a start from the queue, for one sender only, and only while its deployment is open. A table may fail and still
 * have taken the write; the mark lets the sender recognise its own. Returns a failure if nothing may start, and
 * undefined if the start is somebody else's.
 */
const claim = (deps: Needs, row: RunWatchRow): Promise<RunWatchRow | Failure | undefined> => {
  const { batch_id, index, wait, watcher } = placeOf(row);
  const watch = keys.watch(watcher, batch_id, index, wait);
  const sender = deps.ids.next();
  return retryConflict(deps, async () => {
    const found = rowOf<RunWatchRow>(await deps.table.get(watch));
    if (found?.sender === sender) return found;
    if (found?.phase !== 'queued' || found.asked !== row.asked) return undefined;
    const { item, turn, refusal } = await readStandingOfQueued(deps, row);
    if (item === undefined || refusal !== undefined) return refusal ?? noTurn;
    if (isHeld(row, turn)) return undefined;
    const sent = { ...sentAgain(row, (row.asked ?? 0) + 1, deps.clock.now()), sender };
    const taken: Write = {
      update: watch,
      set: attributesOf(sent),
      when: { equals: { phase: 'queued', ...(row.asked === undefined ? {} : { asked: row.asked }) } },
    };
    // Recording the outcome changes the item's row and removes its turn.
    await deps.table.transact([taken, { check: keys.item(batch_id, index), when: { equals: { seq: item.seq } } }]);
    return { ...found, ...sent };
  });
};

type NoRoom = Extract<StartResult, { readonly kind: 'busy' | 'rejected' }>;

const queuedAgain = ({ clock, random }: Needs, answer: NoRoom): Omit<Queued, 'asked'> => {
  if (answer.kind === 'busy') return { until: answer.until };
  const { reason, message, retryAfter = 0 } = answer;
  const until = clock.now() + retryAfter + pause * (0.5 + random.next() / 2);
  return { until, turned_away: { reason, message, until } };
};

/** Nothing was started, and nothing will be, unless somebody takes it from the queue before this is written. */
export const giveUpQueued = (
  deps: Pick<Deps, 'table' | 'workflow' | 'clock' | 'random'>,
  row: RunWatchRow,
  failure: Failure,
): Promise<void> =>
  settleFailure(deps, {
    place: { ...placeOf(row), only: 'queued' },
    deployment: row.deployment,
    failure,
    actor: 'executor',
  });
