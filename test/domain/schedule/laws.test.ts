import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers, isInForce } from '../../../lib/domain/holds/covers.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import type { Decisions } from '../../../lib/domain/schedule/decisions.ts';
import { holdOnTurn } from '../../../lib/domain/schedule/held.ts';
import { candidateAt } from '../../../lib/domain/schedule/sheet.ts';
import type { ScheduleState } from '../../../lib/domain/schedule/state.ts';
import type { Ledger } from './ledger.ts';
import { Chance, RandomWorld, randomChance, randomSheets } from './random-world.ts';
import { rowsOf, rowsPerRound, Scheduler } from './scheduler.ts';

/** The state says which limits are in force. This checks from outside that they are kept. */
const mustKeepLimits = (ledger: Ledger, state: ScheduleState, { grants }: Decisions): void => {
  if (grants.length === 0) return;
  for (const [name, limit] of state.limits) {
    const counted = grants.some((grant) => ledger.limitsOf(grant).includes(name));
    if (counted) expect(ledger.usedOf(name)).toBeLessThanOrEqual(limit);
  }
};

/** The stored counters and totals agree with what they count. */
const mustAgree = ({ batches, used }: ScheduleState): void => {
  const counted = new Map<string, number>();
  for (const { sheet, cells, head } of batches.values()) {
    const granted = sheet.keys.map((_, index) => index).filter((index) => ['G', 'H'].includes(String(cells.at(index))));
    expect(head.inFlight).toBe(granted.length);
    expect(head.counts.PROCESSING ?? 0).toBe(granted.length);
    for (const index of granted) {
      for (const name of sheet.classes[sheet.class_of[index]!]!) counted.set(name, (counted.get(name) ?? 0) + 1);
    }
  }
  expect(new Map([...used].filter(([, count]) => count !== 0))).toEqual(counted);
};

/** Grants nothing under a hold in force, and one at a time while a circuit is on trial. */
const mustKeepHolds = ({ batches, holds }: ScheduleState, { grants }: Decisions): void => {
  for (const { batch_id, index } of grants) {
    const candidate = candidateAt(batches.get(batch_id)!.sheet, index);
    const covering = [...holds.values()].filter((hold) => covers(hold, candidate));
    expect(covering.filter(isInForce)).toEqual([]);
    for (const { circuit } of covering) expect(circuit?.tried_by).toEqual({ batch_id, index });
  }
};

/** When there is nothing more to decide, a turn is marked if and only if something prevents its start. */
const mustMark = (state: ScheduleState): void => {
  for (const batch of state.batches.values()) {
    const why = batch.head.closing?.why;
    if (why === 'cancelled' || why === 'finished') continue;
    batch.sheet.keys.forEach((_, index) => {
      const cell = batch.cells.at(index);
      if (cell === 'G' || cell === 'H') expect(cell === 'H').toBe(holdOnTurn(state, batch, index) !== undefined);
    });
  }
};

const live = (world: RandomWorld): Scheduler => {
  const scheduler = new Scheduler(world.news);
  for (let messages: InboxMessage[] | undefined = []; messages !== undefined; messages = world.nextMessages()) {
    scheduler.post(...messages);
    while (scheduler.isAsked) {
      scheduler.now = world.now;
      const decisions = scheduler.round();
      world.decided(decisions);
      mustKeepLimits(world.ledger, scheduler.state, decisions);
      mustAgree(scheduler.state);
      mustKeepHolds(scheduler.state, decisions);
      if (!decisions.more) mustMark(scheduler.state);
      expect(rowsOf(decisions)).toBeLessThanOrEqual(rowsPerRound);
    }
  }
  return scheduler;
};

test('the laws of turns hold with any failures and messages late, duplicated or reordered, and nobody waits for ever', () => {
  fc.assert(
    fc.property(randomSheets, randomChance, (sheets, chance) => {
      const world = new RandomWorld(sheets, new Chance(chance));
      const { state } = live(world);
      expect(world.ledger.outcomes.size).toBe(world.ledger.places().length);
      expect(state.batches.size).toBe(0);
      expect([...state.locks]).toEqual([]);
      expect([...state.holds]).toEqual([]);
      expect([...state.lines]).toEqual([]);
    }),
    { numRuns: 400 },
  );
});
