import { type Budget, budgetAt, lagBehind, newBudget } from '../../domain/budget/budget.ts';
import { type BudgetNews, newsOfChange } from '../../domain/budget/budget-news.ts';
import type { Clock, Random, Table } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { BudgetRow } from '../../domain/record/watch-rows.ts';

export interface BudgetStoreOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  /** For example `harness:acme`. */
  readonly account: string;
  /** Requests a minute. */
  readonly limit: number;
  readonly tell?: (news: BudgetNews) => void;
}

interface Decision<Told> {
  readonly budget: Budget;
  readonly told: Told;
}

/** The row of a budget. What was last seen is kept, so that a change by whoever changed it last is one write and no read. */
export class BudgetStore {
  readonly #options: BudgetStoreOptions;
  #seen: BudgetRow | undefined;
  #isStale = false;
  #writes = 0;
  #lag = 0;

  constructor(options: BudgetStoreOptions) {
    this.#options = options;
  }

  /**
   * By how much the clock of this process is behind the furthest of those who write the row, as far as it has seen: all of them go by
   * that one. Else whoever is a few seconds behind would be called only when its own clock is there, and the others before it.
   */
  get lag(): number {
    return this.#lag;
  }

  /** As it is now. What was written while it was read is newer than what was read. */
  async read(): Promise<Budget> {
    const writes = this.#writes;
    const row = await this.#stored();
    if (writes === this.#writes) this.#see(row);
    return this.#now(this.#seen);
  }

  /** Throws ConditionFailed where somebody else has changed it since: then the next change reads it first. */
  async change<Told>(decide: (budget: Budget) => Decision<Told>): Promise<Decision<Told>> {
    if (this.#seen === undefined || this.#isStale) this.#see(await this.#stored());
    const { table, account, tell } = this.#options;
    const before = this.#seen;
    const budget = this.#now(before);
    const decision = decide(budget);
    if (decision.budget === budget) return decision;
    const row: BudgetRow = { ...decision.budget, version: (before?.version ?? 0) + 1 };
    const when = before === undefined ? { exists: false } : { equals: { version: before.version } };
    // Until it is known to have been written: an answer may be lost.
    this.#isStale = true;
    await table.transact([{ put: itemOf(keys.budget(account), row), when }]);
    this.#see(row);
    this.#writes += 1;
    for (const news of newsOfChange(account, before, row)) tell?.(news);
    return decision;
  }

  #see(row: BudgetRow | undefined): void {
    this.#seen = row;
    if (row !== undefined) this.#lag += lagBehind(row, this.#time());
    this.#isStale = false;
  }

  async #stored(): Promise<BudgetRow | undefined> {
    return rowOf<BudgetRow>(await this.#options.table.get(keys.budget(this.#options.account)));
  }

  #now(row: BudgetRow | undefined): Budget {
    const { limit } = this.#options;
    return row === undefined ? newBudget(limit, this.#time()) : budgetAt(row, this.#time(), limit);
  }

  #time(): number {
    return this.#options.clock.now() + this.#lag;
  }
}
