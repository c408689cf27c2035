import type { RequestKind } from '../../domain/budget/allowance.ts';
import { type Budget, lower } from '../../domain/budget/budget.ts';
import { type Ask, type Taken, takeNumbers } from '../../domain/budget/take-numbers.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { RequestBudget } from '../../domain/ports.ts';
import { BudgetStore, type BudgetStoreOptions } from './budget-store.ts';
import { dismissLate, Queue, tablePatience, type Waiter } from './queue.ts';

type Turn = Awaited<ReturnType<RequestBudget['turn']>>;

const firstWait = 25;
const longestWait = 1_000;

interface Complaint {
  readonly retryAfter: number | undefined;
  readonly done: () => void;
}

/**
 * The budget of an account, kept in the table. Requests that arrive during a write share the next one, so a burst of
 * requests needs few writes. Waiters only read.
 */
export class TableBudget implements RequestBudget {
  readonly #options: BudgetStoreOptions;
  readonly #store: BudgetStore;
  readonly #queues: Readonly<Record<RequestKind, Queue>>;
  #asking: Waiter[] = [];
  #complaints: Complaint[] = [];
  #isWriting = false;

  constructor(options: BudgetStoreOptions) {
    this.#options = options;
    this.#store = new BudgetStore(options);
    const askAgain = (waiters: readonly Waiter[]): void => {
      this.#asking.unshift(...waiters);
      void this.#write();
    };
    const queueOf = (kind: RequestKind): Queue =>
      new Queue({ kind, store: this.#store, clock: options.clock, askAgain });
    this.#queues = { start: queueOf('start'), read: queueOf('read') };
  }

  turn(kind: RequestKind, latest?: number): Promise<Turn> {
    const since = this.#options.clock.now();
    return new Promise((resolve, reject) => {
      const waiter = {
        ...{ kind, reject, ...(latest === undefined ? {} : { latest }) },
        resolve: (turn: Turn) => {
          if (turn.kind === 'go') this.#tellWaited(kind, since);
          resolve(turn);
        },
      };
      if (this.#queues[kind].takeLeft(waiter)) return;
      this.#asking.push(waiter);
      void this.#write();
    });
  }

  throttled(retryAfter?: number): Promise<void> {
    return new Promise((done) => {
      this.#complaints.push({ retryAfter, done });
      void this.#write();
    });
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#asking.length + this.#complaints.length > 0) {
      const [asking, complaints] = [this.#asking, this.#complaints];
      [this.#asking, this.#complaints] = [[], []];
      try {
        await this.#serve(asking, complaints);
      } catch (error) {
        for (const { reject } of asking) reject(error);
      }
      for (const { done } of complaints) done();
    }
    this.#isWriting = false;
  }

  /** If others write meanwhile or the table fails for a while, decides again from what the row holds then. */
  async #serve(waiters: readonly Waiter[], complaints: readonly Complaint[]): Promise<void> {
    const { clock, random } = this.#options;
    const end = clock.now() + tablePatience;
    for (let asking = waiters, tries = 0; ; tries += 1) {
      try {
        const { budget, told } = await this.#store.change((before) =>
          decide(before, { asking, complaints, lag: this.#store.lag }),
        );
        for (const [at, taken] of told.entries()) this.#tell(asking[at]!, taken, budget);
        return;
      } catch (error) {
        if (!isFlotillaError(error, 'ConditionFailed') && !isFlotillaError(error, 'TableBusy')) throw error;
        if (clock.now() >= end) throw error;
      }
      await clock.sleep(random.next() * Math.min(longestWait, firstWait * 2 ** tries));
      asking = dismissLate(asking, clock.now());
    }
  }

  /** Reports only requests that had to wait; nearly all don't. */
  #tellWaited(request: RequestKind, since: number): void {
    const { account, clock, tell } = this.#options;
    const milliseconds = Math.round(clock.now() - since);
    if (milliseconds > 0) tell?.({ kind: 'waited', account, request, milliseconds });
  }

  #tell(waiter: Waiter, taken: Taken, budget: Budget): void {
    if (taken.kind === 'later') waiter.resolve({ kind: 'later', at: taken.due });
    else if (taken.due <= this.#options.clock.now()) waiter.resolve({ kind: 'go' });
    else this.#queues[waiter.kind].add(waiter, taken.number, budget);
  }
}

interface Asked {
  readonly asking: readonly Ask[];
  readonly complaints: readonly Complaint[];
  readonly lag: number;
}

const decide = (
  budget: Budget,
  { asking, complaints, lag }: Asked,
): { readonly budget: Budget; readonly told: readonly Taken[] } => {
  const lowered = complaints.reduce((before, { retryAfter }) => lower(before, budget.at, retryAfter), budget);
  const { budget: after, taken } = takeNumbers(lowered, asking, lag);
  return { budget: after, told: taken };
};
