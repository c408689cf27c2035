import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import type { OnUse } from '../../lib/adapters/table-use.ts';
import type { Table } from '../../lib/domain/ports.ts';
import { followTable, isFollowed, type StreamConsumers } from '../../lib/local/runtime/stream.ts';

/** A table, and the source of its changes. */
export interface Store {
  readonly table: Table;
  /** Passes new messages and events on. Returns the way to stop. */
  follow(consumers: StreamConsumers): () => void;
  /** Resolves when all that was written has reached its followers, whether or not they are done with it. */
  arrived(): Promise<void>;
  /** Whether its followers have something left to handle. */
  isBehind(): boolean;
  close(): void;
}

export const sqliteStore = (onUse?: OnUse): Store => {
  const table = new SqliteTable(':memory:', { follow: isFollowed, ...(onUse === undefined ? {} : { onUse }) });
  return {
    table,
    follow: (consumers) => followTable(table, consumers),
    arrived: async () => {},
    isBehind: () => table.changes(0, 1).length > 0,
    close: () => table.close(),
  };
};
