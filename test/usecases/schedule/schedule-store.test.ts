import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import type { Documents, Key, Query, Write } from '../../../lib/domain/ports.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { documentPaths } from '../../../lib/domain/record/keys.ts';
import { decide } from '../../../lib/domain/schedule/decide.ts';
import type { Decisions } from '../../../lib/domain/schedule/decisions.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import { emptySchedule } from '../../../lib/domain/schedule/state.ts';
import { loadSchedule, scheduleWrites } from '../../../lib/usecases/schedule/schedule-store.ts';
import { Chance, RandomWorld, randomChance, randomSheets } from '../../domain/schedule/random-world.ts';
import { free, rowsPerRound, Scheduler, sketchSheet } from '../../domain/schedule/scheduler.ts';

const documentsOf = (sheets: readonly Sheet[]): Documents => {
  const texts = new Map(sheets.map((sheet) => [documentPaths.schedule(sheet.batch_id), JSON.stringify(sheet)]));
  return {
    get: async (path) => texts.get(path),
    put: async (path) => {
      throw new Error(`nobody writes ${path}`);
    },
    remove: async (path) => {
      throw new Error(`nobody removes ${path}`);
    },
  };
};

/** Two schedulers get the same news: one keeps its state in memory, the other starts every round from the table. */
const liveTwice = async (sheets: readonly Sheet[], chance: readonly number[]): Promise<void> => {
  const world = new RandomWorld(sheets, new Chance(chance));
  const table = new SqliteTable(':memory:');
  const documents = documentsOf(sheets);
  const kept = emptySchedule();
  try {
    let inbox: InboxMessage[] = [];
    for (let news: InboxMessage[] | undefined = []; news !== undefined; news = world.nextMessages()) {
      inbox.push(...news);
      let decisions: Decisions;
      do {
        const options = { planned: world.news, rows: rowsPerRound, grant: true, now: world.now };
        const reloaded = (await loadSchedule({ table, documents }))!;
        expect(reloaded.version).toBe(kept.version);
        expect(reloaded.nextFence).toBe(kept.nextFence);
        decisions = decide(kept, inbox, options);
        expect(decide(reloaded, inbox, options)).toEqual(decisions);
        const writes: readonly Write[] = scheduleWrites(kept, decisions);
        await table.transact(writes);
        kept.version += 1;
        inbox = inbox.slice(decisions.consumed);
        world.decided(decisions);
      } while (decisions.more || inbox.length > 0);
    }
    const left = (await loadSchedule({ table, documents }))!;
    expect(left.batches.size + left.locks.size + left.holds.size).toBe(0);
  } finally {
    table.close();
  }
};

test('a state that is loaded again decides as the one that was kept', async () => {
  await fc.assert(fc.asyncProperty(randomSheets, randomChance, liveTwice), { numRuns: 150 });
});

describe('loads many open batches', () => {
  /** The requests, one after the other, when this many batches of this many deployments are open. */
  const loading = async (batches: number, deployments: number, renew = async () => true) => {
    const table = new SqliteTable(':memory:');
    const ids = Array.from({ length: batches }, (_, at) => `batch-${at}`);
    const sheets = ids.map((id) =>
      sketchSheet({ id, waits: free(deployments), counts: free(deployments).map(() => ['a']) }),
    );
    const scheduler = new Scheduler();
    for (const sheet of sheets) {
      const before = scheduler.rounds.length;
      scheduler.plan(sheet);
      for (const decisions of scheduler.rounds.slice(before)) {
        await table.transact(scheduleWrites(scheduler.state, decisions));
        scheduler.state.version += 1;
      }
    }
    const asked = { queries: 0, documents: 0, atOnce: 0, most: 0 };
    const stored = documentsOf(sheets);
    const documents: Documents = {
      ...stored,
      get: async (path) => {
        asked.documents += 1;
        asked.atOnce += 1;
        asked.most = Math.max(asked.most, asked.atOnce);
        await Promise.resolve();
        asked.atOnce -= 1;
        return stored.get(path);
      },
    };
    const counted = Object.assign(Object.create(table) as typeof table, {
      query: (query: Query) => {
        asked.queries += 1;
        return table.query(query);
      },
      get: (key: Key) => table.get(key),
    });
    const state = await loadSchedule({ table: counted, documents }, renew);
    table.close();
    return { asked, state, sheets };
  };

  test('small ones without a request for each', async () => {
    const few = await loading(10, 20);
    const many = await loading(400, 1);
    expect([few.asked, many.asked].map(({ queries, documents }) => [queries, documents])).toEqual([
      [5, 0],
      [5, 0],
    ]);
    expect(many.state?.batches.size).toBe(400);
    expect([...few.state!.batches.values()].map(({ sheet }) => sheet)).toEqual(few.sheets);
  });

  test('large ones some at a time, and the lease is renewed in between', async () => {
    let renewed = 0;
    const { asked, state } = await loading(40, 21, async () => {
      renewed += 1;
      return true;
    });
    expect([asked.documents, asked.most, renewed, state?.batches.size]).toEqual([40, 16, 3, 40]);
  });

  test('not to the end when the lease is lost', async () => {
    const { asked, state } = await loading(40, 21, async () => false);
    expect([state, asked.documents]).toEqual([undefined, 0]);
  });
});
