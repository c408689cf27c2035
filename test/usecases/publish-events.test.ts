import { expect, test } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import type { BusEvent } from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { publishEvents, type WrittenEvent } from '../../lib/usecases/publish-events.ts';
import { FakeClock } from './api-world.ts';

const eventOf = (index: number, message: string): WrittenEvent => ({
  ...keys.event('B', index, 1),
  batch_id: 'B',
  type: 'deployment',
  index,
  key: `shared/s${index}`,
  seq: 1,
  at: 0,
  actor: 'test',
  from: null,
  to: 'FAILED',
  reason: 'CrashLoopBackOff',
  message,
});

test('events with long logs that come together are all numbered, in their order', async () => {
  const table = new SqliteTable(':memory:');
  const sent: BusEvent[] = [];
  const bus = {
    put: async (events: readonly BusEvent[]): Promise<readonly BusEvent[]> => {
      sent.push(...events);
      return [];
    },
  };
  // Together more than the 4 MB of one transaction: the logs of a batch whose services all crash at once.
  const events = Array.from({ length: 60 }, (_, index) => eventOf(index, 'ж'.repeat(50_000)));
  for (const event of events) await table.transact([{ put: itemOf(event, event) }]);
  await publishEvents({ table, bus, clock: new FakeClock(), random: { next: () => 0.5 } }, events);
  expect(sent.map(({ detail }) => [detail.index, detail.number])).toEqual(events.map((_, at) => [at, at + 1]));
  const feed = await table.query({ pk: 'FEED#B', from: keys.feed('B', 1).sk, to: keys.feed('B', 99).sk, limit: 100 });
  expect(feed.items.map(({ index }) => index)).toEqual(events.map(({ index }) => index));
});
