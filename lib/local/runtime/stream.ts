import type { SqliteTable } from '../../adapters/sqlite-table.ts';
import type { PublishedRow } from '../../usecases/record/publish-events.ts';

export interface StreamConsumers {
  readonly publish: (rows: readonly PublishedRow[]) => Promise<void>;
  readonly dispatch: () => Promise<void>;
  /** Gets a consumer's errors. The same changes are delivered again. */
  readonly onFault: (error: unknown) => Promise<void>;
}

const changesAtOnce = 500;

/** Partitions that have a consumer, like the stream filters on AWS. */
export const isFollowed = (pk: string): boolean => pk === 'INBOX' || pk === 'UNANCHORED' || pk.startsWith('EVENTS#');

/**
 * Reads the table's change log as the functions on AWS read its stream. New messages wake the dispatcher. New events,
 * and ends that could not be anchored, go to the publisher. Handled changes leave the log, so the next start handles
 * what a crash left over.
 * Returns the function that stops it. It waits for publishing to finish, because publishing also writes files and fails
 * once the table is closed.
 */
export const followTable = (table: SqliteTable, consumers: StreamConsumers): (() => Promise<void>) => {
  let open = true;
  let running = false;
  let again = false;
  let seen = 0;
  let published: Promise<unknown> = Promise.resolve();

  const drain = async (): Promise<void> => {
    for (
      let changes = table.changes(seen, changesAtOnce);
      open && changes.length > 0;
      changes = table.changes(seen, changesAtOnce)
    ) {
      const inserted = changes.filter(({ kind }) => kind === 'insert');
      const events = inserted.filter(({ key }) => key.pk !== 'INBOX').map(({ item }) => item);
      const publishing =
        events.length === 0 ? undefined : consumers.publish(events as unknown as readonly PublishedRow[]);
      published = Promise.allSettled([publishing]);
      await Promise.all([
        inserted.some(({ key }) => key.pk === 'INBOX') ? consumers.dispatch() : undefined,
        publishing,
      ]);
      if (!open) return;
      seen = changes.at(-1)!.sequence;
      table.trimChanges(seen + 1);
    }
  };

  const wake = async (): Promise<void> => {
    again = true;
    if (running) return;
    running = true;
    while (open && again) {
      again = false;
      try {
        await drain();
      } catch (error) {
        if (!open) return;
        again = true;
        await consumers.onFault(error);
      }
    }
    running = false;
  };

  const stop = table.onCommit(() => void wake());
  void wake();
  return async () => {
    open = false;
    stop();
    await published;
  };
};
