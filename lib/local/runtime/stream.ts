import type { SqliteTable } from '../../adapters/sqlite-table.ts';
import type { PublishedRow } from '../../usecases/record/publish-events.ts';

export interface StreamConsumers {
  readonly publish: (rows: readonly PublishedRow[]) => Promise<void>;
  readonly dispatch: () => Promise<void>;
  /** Told of what a consumer throws; the same changes are handed on again. */
  readonly onFault: (error: unknown) => Promise<void>;
}

const changesAtOnce = 500;

/** Partitions whose changes somebody reads, as the table's stream on AWS is filtered. */
export const isFollowed = (pk: string): boolean => pk === 'INBOX' || pk === 'UNANCHORED' || pk.startsWith('EVENTS#');

/**
 * Reads the table's log of changes as the functions on AWS read its stream: new messages wake the dispatcher, new events
 * go to the publisher, and ends that it could not anchor. What has been handled leaves the log, so that what a crash left over is handled at the next start.
 * Gives the way to stop, which waits for what is being published: that writes to files, too, and fails behind a closed table.
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
