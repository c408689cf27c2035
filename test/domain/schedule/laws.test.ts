import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import type { Decisions } from '../../../lib/domain/schedule/decisions.ts';
import type { ScheduleState } from '../../../lib/domain/schedule/state.ts';
import type { Ledger } from './ledger.ts';
import { Chance, RandomWorld, randomChance, randomSheets } from './random-world.ts';
import { rowsOf, rowsPerRound, Scheduler } from './scheduler.ts';

/** Which limits are in force is the state's to say; that they are kept is seen from outside. */
const mustKeepLimits = (ledger: Ledger, state: ScheduleState, { grants }: Decisions): void => {
  if (grants.length === 0) return;
  for (const [name, limit] of state.limits) {
    const counted = grants.some((grant) => ledger.limitsOf(grant).includes(name));
    if (counted) expect(ledger.usedOf(name)).toBeLessThanOrEqual(limit);
  }
};

/** The counters and totals that are kept agree with what they count. */
const mustAgree = ({ batches, used }: ScheduleState): void => {
  const counted = new Map<string, number>();
  for (const { sheet, cells, head } of batches.values()) {
    const granted = sheet.keys.map((_, index) => index).filter((index) => cells.at(index) === 'G');
    expect(head.inFlight).toBe(granted.length);
    expect(head.counts.PROCESSING ?? 0).toBe(granted.length);
    for (const index of granted) {
      for (const name of sheet.classes[sheet.class_of[index]!]!) counted.set(name, (counted.get(name) ?? 0) + 1);
    }
  }
  expect(new Map([...used].filter(([, count]) => count !== 0))).toEqual(counted);
};

const live = (world: RandomWorld): Scheduler => {
  const scheduler = new Scheduler(world.news);
  for (let messages: InboxMessage[] | undefined = []; messages !== undefined; messages = world.nextMessages()) {
    scheduler.post(...messages);
    while (scheduler.isAsked) {
      const decisions = scheduler.round();
      world.decided(decisions);
      mustKeepLimits(world.ledger, scheduler.state, decisions);
      mustAgree(scheduler.state);
      expect(rowsOf(decisions)).toBeLessThanOrEqual(rowsPerRound);
    }
  }
  return scheduler;
};

test('whatever fails, comes late, twice or in another order: the laws of turns hold, and nobody waits for ever', () => {
  fc.assert(
    fc.property(randomSheets, randomChance, (sheets, chance) => {
      const world = new RandomWorld(sheets, new Chance(chance));
      const { state } = live(world);
      expect(world.ledger.outcomes.size).toBe(world.ledger.places().length);
      expect(state.batches.size).toBe(0);
      expect([...state.locks]).toEqual([]);
    }),
    { numRuns: 400 },
  );
});
