import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import type { Documents, Write } from '../../../lib/domain/ports.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { documentPaths } from '../../../lib/domain/record/keys.ts';
import { decide } from '../../../lib/domain/schedule/decide.ts';
import type { Decisions } from '../../../lib/domain/schedule/decisions.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import { emptySchedule } from '../../../lib/domain/schedule/state.ts';
import { loadSchedule, scheduleWrites } from '../../../lib/usecases/schedule/schedule-store.ts';
import { Chance, RandomWorld, randomChance, randomSheets } from '../../domain/schedule/random-world.ts';
import { rowsPerRound } from '../../domain/schedule/scheduler.ts';

const documentsOf = (sheets: readonly Sheet[]): Documents => {
  const texts = new Map(sheets.map((sheet) => [documentPaths.schedule(sheet.batch_id), JSON.stringify(sheet)]));
  return {
    get: async (path) => texts.get(path),
    put: async (path) => {
      throw new Error(`nobody writes ${path}`);
    },
  };
};

/**
 * Two schedulers hear the same: one keeps its state in memory, the other begins every round with what is stored.
 */
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
        const options = { planned: world.news, rows: rowsPerRound, grant: true, now: 0 };
        const reloaded = await loadSchedule({ table, documents });
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
    const left = await loadSchedule({ table, documents });
    expect(left.batches.size + left.locks.size).toBe(0);
  } finally {
    table.close();
  }
};

test('a state that is loaded again decides as the one that was kept', async () => {
  await fc.assert(fc.asyncProperty(randomSheets, randomChance, liveTwice), { numRuns: 150 });
});
