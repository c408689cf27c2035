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

/**
 * The row of a budget. It remembers the last row seen, so that the last writer can change it again with one write and
 * no read.
 */
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
   * How far this process's clock is behind the fastest clock among the row's writers, as far as seen. All writers
   * follow the fastest clock. Otherwise a slow process would call its requests only when its own clock gets there,
   * after all the others.
   */
  get lag(): number {
    return this.#lag;
  }

  /** The budget now. A write made during the read is newer than what the read returns. */
  async read(): Promise<Budget> {
    const writes = this.#writes;
    const row = await this.#stored();
    if (writes === this.#writes) this.#see(row);
    return this.#now(this.#seen);
  }

  /** Throws ConditionFailed if somebody else has changed it. The next change then reads it first. */
  async change<Told>(decide: (budget: Budget) => Decision<Told>): Promise<Decision<Told>> {
    if (this.#seen === undefined || this.#isStale) this.#see(await this.#stored());
    const { table, account, tell } = this.#options;
    const before = this.#seen;
    const budget = this.#now(before);
    const decision = decide(budget);
    if (decision.budget === budget) return decision;
    const row: BudgetRow = { ...decision.budget, version: (before?.version ?? 0) + 1 };
    const when = before === undefined ? { exists: false } : { equals: { version: before.version } };
    // Stale until the write is confirmed: the answer may get lost.
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
