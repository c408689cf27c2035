import { keyOf } from '../../lib/adapters/table-limits.ts';
import type { Table, Write } from '../../lib/domain/ports.ts';
import type { FunctionRow, Partition, Writes } from '../../lib/infra/function-row.ts';
import { functionsTable } from '../../lib/infra/functions-table.ts';

const rows: Readonly<Record<string, FunctionRow>> = functionsTable;

const verbOf = (write: Write): keyof Writes => {
  if ('put' in write) return 'put';
  if ('update' in write) return 'update';
  return 'delete' in write ? 'delete' : 'check';
};

const covers = (partition: Partition, pk: string): boolean =>
  partition.endsWith('*') ? pk.startsWith(partition.slice(0, -1)) : pk === partition;

/**
 * The table with the rights of the current function. As on AWS, it refuses a write that is not in the row of a
 * function.
 */
export class TableRights {
  /** What it refused. The function may have gone on without it. */
  readonly denied: string[] = [];
  readonly #current: () => string | undefined;

  constructor(current: () => string | undefined) {
    this.#current = current;
  }

  guard(table: Table): Table {
    return {
      get: (key) => table.get(key),
      query: (query) => table.query(query),
      transact: async (writes) => {
        this.#check(writes);
        return table.transact(writes);
      },
      synced: () => table.synced(),
    };
  }

  #check(writes: readonly Write[]): void {
    const name = this.#current() ?? '';
    const row = rows[name];
    if (row === undefined) return;
    const missing = writes
      .map((write) => [verbOf(write), keyOf(write).pk] as const)
      .find(([verb, pk]) => row.writes[verb]?.some((partition) => covers(partition, pk)) !== true);
    if (missing === undefined) return;
    this.denied.push(`${name}: ${missing.join(' ')}`);
    throw new Error(`AccessDenied: ${this.denied.at(-1)}`);
  }
}
