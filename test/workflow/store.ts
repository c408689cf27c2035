import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import type { OnUse } from '../../lib/adapters/table-use.ts';
import type { Table } from '../../lib/domain/ports.ts';
import { followTable, isFollowed, type StreamConsumers } from '../../lib/local/runtime/stream.ts';

/** A table, and whatever tells of its changes. */
export interface Store {
  readonly table: Table;
  /** Hands new messages and events on. Gives the way to stop. */
  follow(consumers: StreamConsumers): () => void;
  /** Resolves when all that was written has come to those who follow, whether or not they are done with it. */
  arrived(): Promise<void>;
  /** Whether those who follow have something left to handle. */
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
