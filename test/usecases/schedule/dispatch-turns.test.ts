import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, rowOf, type TurnRow } from '../../../lib/domain/record/rows.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { dispatchTurns } from '../../../lib/usecases/schedule/dispatch-turns.ts';
import { bindToken } from '../../../lib/usecases/wait/answer-wait.ts';
import { nameOf } from '../../domain/schedule/ledger.ts';
import { Chance, randomChance, randomSheets, randomStatus } from '../../domain/schedule/random-world.ts';
import { sketchSheet } from '../../domain/schedule/scheduler.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';
import { DispatchWorld, liveToTheEnd } from './dispatch-world.ts';
import type { Fault } from './faulty-gate.ts';

/** What must be true at the end of a story, no matter what happened in it. */
const mustBeOver = async (world: DispatchWorld): Promise<void> => {
  const { ledger } = world;
  for (const place of ledger.places()) {
    const name = nameOf(place);
    expect(ledger.outcomes.get(name), `${name} has an outcome`).toBeDefined();
    if (!world.isDead(place)) expect(world.answerOf(place), `${name} got its answer`).toBe(ledger.answerOf(place));
  }
  expect(await world.leftovers()).toEqual([]);
};

const inWorld = async (
  sheets: readonly Sheet[],
  chance: Chance,
  story: (world: DispatchWorld) => Promise<void>,
): Promise<void> => {
  const world = new DispatchWorld(sheets, chance);
  try {
    await story(world);
    await liveToTheEnd(world, () => randomStatus(chance));
    await mustBeOver(world);
  } finally {
    world.close();
  }
};

const kinds: readonly Fault['kind'][] = ['crash-before', 'crash-after', 'busy', 'pause-before', 'pause-after'];

/** One thing that happens, chosen by chance. */
const happen = async (world: DispatchWorld, chance: Chance): Promise<void> => {
  const { ledger } = world;
  const planned = [...ledger.sheets.keys()].filter((id) => world.isPlanned(id));
  const places = ledger.places().filter(({ batch_id }) => planned.includes(batch_id));
  const unplanned = [...ledger.sheets.keys()].find((id) => !world.isPlanned(id));
  const what = chance.below(20);
  const at = chance.below(2);
  if (what < 2 && unplanned !== undefined) return world.plan(unplanned);
  if (planned.length === 0) return;
  if (what < 5) return world.register(chance.pick(places));
  if (what === 5) return world.registerLate(chance.pick(places));
  if (what < 10) {
    const answered = places.filter(
      (place) => world.answerOf(place) !== undefined && !ledger.outcomes.has(nameOf(place)),
    );
    return answered.length === 0 ? undefined : world.record(chance.pick(answered), randomStatus(chance));
  }
  if (what < 15) {
    if (chance.below(2) === 0) world.dispatchers[at]!.gate.arm({ kind: chance.pick(kinds), step: chance.below(30) });
    return world.dispatch(at);
  }
  if (what === 15) return world.resume(at);
  if (what === 16) return world.pass(chance.pick([1_000, cloudPace.lease + 1]));
  if (what === 17) return world.repeat();
  if (what === 18) {
    const [place] = ledger.unresolved.values();
    return place === undefined ? world.finishEnded() : world.resolve(place);
  }
  const rare = chance.below(4);
  if (rare === 0) return world.cancel(chance.pick(planned));
  if (rare === 1) return world.die(chance.pick(places));
};

test('the laws hold through any fault, delay, duplicate, crash or race: each child hears once, nobody waits', async () => {
  await fc.assert(
    fc.asyncProperty(randomSheets, randomChance, async (all, numbers) => {
      const chance = new Chance(numbers);
      // A forced one may hear of its turn before another one hears that it has none; `laws.test.ts` covers those.
      const sheets = all.map(({ forced: _, ...sheet }) => sheet);
      await inWorld(sheets, chance, async (world) => {
        while (!chance.isOver) await happen(world, chance);
      });
    }),
    { numRuns: 150 },
  );
});

/** Two batches that want the same target, with a dependency and room for two. */
const rivals = [
  sketchSheet({ id: 'batch-0', waits: [[], [], [0]], targets: ['t', 'u', 'v'], concurrency: 2 }),
  sketchSheet({ id: 'batch-1', waits: [[], [0]], targets: ['t', 'w'] }),
];

const planAndRegister = async (world: DispatchWorld): Promise<void> => {
  for (const id of world.ledger.sheets.keys()) await world.plan(id);
  for (const place of world.ledger.places()) await world.register(place);
};

/** Plays the same story with the fault at each of its steps. Returns the number of steps. */
const atEveryStep = async (story: (step: number) => Promise<boolean>): Promise<number> => {
  for (let step = 0; ; step++) {
    if (!(await story(step))) return step;
  }
};

describe('at every step of a dispatcher', () => {
  test.each(['crash-before', 'crash-after', 'busy'] as const)('%s', async (kind) => {
    const steps = await atEveryStep(async (step) => {
      let hit = false;
      await inWorld(rivals, new Chance([]), async (world) => {
        await planAndRegister(world);
        const { gate } = world.dispatchers[0]!;
        gate.arm({ kind, step });
        await world.dispatch(0);
        hit = !gate.isArmed;
      });
      return hit;
    });
    expect(steps).toBeGreaterThan(20);
  });

  test.each(['pause-before', 'pause-after'] as const)('%s, and another one takes over with the lease', async (kind) => {
    const steps = await atEveryStep(async (step) => {
      let hit = false;
      await inWorld(rivals, new Chance([]), async (world) => {
        await planAndRegister(world);
        const { gate } = world.dispatchers[0]!;
        gate.arm({ kind, step });
        await world.dispatch(0);
        hit = !gate.isArmed;
        world.pass(cloudPace.lease + 1);
        await world.dispatch(1);
        await world.resume(0);
      });
      return hit;
    });
    expect(steps).toBeGreaterThan(20);
  });

  test.each([0, 1])(
    'news arrives, and dispatcher %i is woken: it reads the news without a further wake-up',
    async (woken) => {
      const steps = await atEveryStep(async (step) => {
        let wakeUp: Promise<void> | undefined;
        await inWorld([rivals[0]!], new Chance([]), async (world) => {
          await planAndRegister(world);
          world.dispatchers[0]!.gate.afterStep(step, () => {
            wakeUp = world.cancel('batch-0').then(() => world.dispatch(woken));
          });
          await world.dispatch(0);
          await wakeUp;
          if (wakeUp === undefined) await world.cancel('batch-0').then(() => world.dispatch(woken));
          expect((await world.table.query({ pk: 'INBOX', limit: 1 })).items).toEqual([]);
        });
        return wakeUp !== undefined;
      });
      expect(steps).toBeGreaterThan(10);
    },
  );
});

describe('a dispatcher that goes on after a fault', () => {
  test('sends the answer that could not be sent, although it remembers the state', async () => {
    await inWorld([sketchSheet({ id: 'batch-0', waits: [[], []] })], new Chance([]), async (world) => {
      await planAndRegister(world);
      const { gate } = world.dispatchers[0]!;
      for (let step = 0; world.answerOf({ batch_id: 'batch-0', index: 0 }) === undefined; step++) {
        gate.arm({ kind: 'busy', step });
        await world.dispatch(0);
      }
      gate.disarm();
      await world.dispatch(0);
      expect(world.ledger.places().map((place) => world.answerOf(place))).toEqual(['granted', 'granted']);
    });
  });

  test('is not stopped by a batch that is planned again after it was sealed', async () => {
    await inWorld([sketchSheet({ id: 'batch-0', waits: [[]] })], new Chance([]), async (world) => {
      await planAndRegister(world);
      await world.dispatch(0);
      await world.record({ batch_id: 'batch-0', index: 0 }, 'SUCCESS');
      await world.finishEnded();
      await world.dispatch(0);
      await world.repeat();
      await world.dispatch(0);
      expect(await world.leftovers()).toEqual([]);
    });
  });

  test('does not grant what ended before it was planned', async () => {
    await inWorld([sketchSheet({ id: 'batch-0', waits: [[], [0], []] })], new Chance([]), async (world) => {
      await world.die({ batch_id: 'batch-0', index: 0 });
      await world.dispatch(0);
      await planAndRegister(world);
      await world.dispatch(0);
      expect(world.answerOf({ batch_id: 'batch-0', index: 1 })).toBe('refused');
      expect(world.answerOf({ batch_id: 'batch-0', index: 2 })).toBe('granted');
    });
  });
});

test('marks a cancelled grant, so that no attempt starts under it', async () => {
  await inWorld([sketchSheet({ id: 'batch-0', waits: [[], []], concurrency: 1 })], new Chance([]), async (world) => {
    await planAndRegister(world);
    await world.dispatch(0);
    await world.cancel('batch-0');
    await world.dispatch(0);
    expect(await world.table.get(keys.turn('batch-0', 0))).toMatchObject({
      state: 'cancelled',
      reason: 'BatchCancelled',
    });
    expect(await world.table.get(keys.turn('batch-0', 1))).toMatchObject({ state: 'refused', status: 'CANCELLED' });
  });
});

/** Ids of messages are random, so both orders occur. */
test.each(Array.from({ length: 10 }, (_, seed) => seed * 1_111))(
  'starts nothing that is to go back before its plan is read, no matter what is read first (%i)',
  async (seed) => {
    const chance = new Chance([seed, 9_999 - seed]);
    await inWorld([sketchSheet({ id: 'batch-0', waits: [[], []] })], chance, async (world) => {
      await planAndRegister(world);
      await world.stop('batch-0');
      await world.dispatch(0);
      for (const index of [0, 1]) {
        expect(await world.table.get(keys.turn('batch-0', index))).toMatchObject({
          ...{ state: 'refused', status: 'SKIPPED', reason: 'BatchStopped' },
          message: 'Not started: the batch was stopped because ada asked to roll it back.',
        });
      }
    });
  },
);

test('an older invocation that binds its token last does not take the answer away', async () => {
  await inWorld([sketchSheet({ id: 'batch-0', waits: [[]] })], new Chance([]), async (world) => {
    const place = { batch_id: 'batch-0', index: 0 };
    await world.plan('batch-0');
    await world.register(place);
    await world.register(place);
    await world.registerLate(place);
    await world.dispatch(0);
    expect(world.answerOf(place)).toBe('granted');
  });
});

test('sends more open turns than fit at once to all their children, no matter which dispatcher granted them', async () => {
  const sheet = sketchSheet({ id: 'batch-0', waits: Array.from({ length: 130 }, () => []) });
  await inWorld([sheet], new Chance([]), async (world) => {
    await planAndRegister(world);
    const mute = async () => {
      throw new FlotillaError('WorkflowUnavailable', 'ordered by the test');
    };
    world.dispatchers[0] = { ...world.dispatchers[0]!, workflow: { ...world.dispatchers[0]!.workflow, succeed: mute } };
    await world.dispatch(0);
    for (const place of world.ledger.places()) expect(world.ledger.answerOf(place)).toBe('granted');
    await world.dispatch(1);
    for (const place of world.ledger.places()) expect(world.answerOf(place)).toBe('granted');
  });
});

describe('what blocks a commit', () => {
  const two = sketchSheet({ id: 'batch-0', waits: [[], []], concurrency: 1 });

  test('another holder of the lease: nothing is committed, and its lease is left alone', async () => {
    await inWorld([two], new Chance([]), async (world) => {
      await planAndRegister(world);
      const pauses = world.dispatchers.map(({ gate }) => gate);
      // Steps 0 and 1 get the lease, 2 to 5 read the state, 6 the turns, 7 the inbox.
      for (const gate of pauses) gate.arm({ kind: 'pause-after', step: 7 });
      await world.dispatch(0);
      world.pass(cloudPace.lease + 1);
      await world.dispatch(1);
      expect(pauses.map(({ isPaused }) => isPaused)).toEqual([true, true]);
      await world.resume(0);
      expect(await world.table.get(keys.lease)).toMatchObject({ holder: 'holder-2', fence: 2 });
      expect(await world.table.get(keys.schedule)).toBeUndefined();
      await world.resume(1);
      expect(world.answerOf({ batch_id: 'batch-0', index: 0 })).toBe('granted');
    });
  });

  test('a busy table: it waits and tries again by itself', async () => {
    await inWorld([two], new Chance([]), async (world) => {
      await planAndRegister(world);
      const { table } = world.dispatchers[0]!;
      let transactions = 0;
      const transact: typeof table.transact = async (writes) => {
        transactions += 1;
        if (transactions === 2 || transactions === 3) throw new FlotillaError('TableBusy', 'ordered by the test');
        return table.transact(writes);
      };
      world.dispatchers[0] = { ...world.dispatchers[0]!, table: { ...table, transact } };
      await world.dispatch(0);
      expect(world.answerOf({ batch_id: 'batch-0', index: 0 })).toBe('granted');
    });
  });

  test('an outcome whose message is far back in the inbox: the inbox is read before the next turn is granted', async () => {
    await inWorld([two], new Chance([]), async (world) => {
      await planAndRegister(world);
      await world.dispatch(0);
      await world.record({ batch_id: 'batch-0', index: 0 }, 'SUCCESS');
      for (let count = 0; count < 50; count++) await world.repeat();
      await world.die({ batch_id: 'batch-0', index: 1 });
      await world.dispatch(0);
      expect((await world.table.query({ pk: 'INBOX', limit: 1 })).items).toEqual([]);
    });
  });
});

test('reads messages that do not fit in a transaction in the next one', async () => {
  const ids = Array.from({ length: 20 }, (_, at) => `batch-${at}`);
  const waits = Array.from({ length: 2_000 }, () => []);
  const world = new DispatchWorld(
    ids.map((id) => sketchSheet({ id, waits, concurrency: 1 })),
    new Chance([]),
  );
  for (const id of ids) await world.plan(id);
  await world.dispatch(0);
  expect([...world.ledger.running.keys()].sort()).toEqual(ids.map((id) => `${id}:0`).sort());
  world.close();
});

test('moves aside what is no message, unchanged, and goes on with those behind it', async () => {
  const world = new DispatchWorld([sketchSheet({ id: 'b', waits: [[]], concurrency: 1 })], new Chance([]));
  const strange = [
    {},
    { message: 'planned' },
    { message: { type: 'rumour', batch_id: 'b' } },
    { message: { type: 'recorded', batch_id: 'b', index: -1, status: 'SUCCESS' } },
  ];
  for (const [at, row] of strange.entries()) await world.table.transact([{ put: itemOf(keys.inbox(`0${at}`), row) }]);
  await world.plan('b');
  await world.dispatch(0);
  expect([...world.ledger.running.keys()]).toEqual(['b:0']);
  expect((await world.table.query({ pk: 'INBOX', limit: 10 })).items).toEqual([]);
  const { items } = await world.table.query({ pk: 'REJECTED', limit: 10 });
  expect(items).toEqual(strange.map((row, at) => ({ ...row, ...keys.rejected(`0${at}`), at: expect.any(Number) })));
  world.close();
});

test('a dispatcher that loads the schedule sends no turn to deployments that have gone on since', async () => {
  const { batchId, world } = await aboutToStart();
  const sent: string[] = [];
  const send = async (token: string) => void sent.push(token);
  const workflow = Object.assign(world.workflow, { succeed: send, fail: send });
  const deps = { ...world.deps, workflow, pace: cloudPace };
  const first = rowOf<TurnRow>(await world.table.get(keys.turn(batchId, 0)))!;
  const verifying = changeItem(
    pendingItem(batchId, 1, 'k/1'),
    { status: 'PROCESSING', reason: 'RunSucceeded', message: '', step: 'verify' },
    { at: 0, actor: 'test' },
  );
  await world.table.transact([
    ...verifying.writes,
    { put: itemOf(keys.turn(batchId, 1), { ...first, index: 1 }) },
    { put: itemOf(keys.turn(batchId, 2), { ...first, index: 2, state: 'refused' }) },
  ]);
  for (const index of [0, 1, 2]) {
    await bindToken(
      deps,
      { batch_id: batchId, index, wait: 'turn' },
      { token: `token-${index}`, execution_arn: 'arn' },
    );
  }
  await dispatchTurns(deps, { holder: 'new' });
  expect(sent.sort()).toEqual(['token-0', 'token-2']);
});

test.each([
  ['in force', 0.5, false],
  ['in force by a clock that is ahead', 1.5, false],
  ['from a time that is not ours', 180, true],
])('a lease of another dispatcher that is %s', async (_, lives, isTaken) => {
  const { world } = await aboutToStart();
  const deps = { ...world.deps, pace: cloudPace };
  const until = world.clock.now() + lives * cloudPace.lease;
  await world.table.transact([{ put: itemOf(keys.lease, { holder: 'another', fence: 3, until }) }]);
  await dispatchTurns(deps, { holder: 'this' });
  expect((await world.table.get(keys.lease))?.holder).toBe(isTaken ? 'this' : 'another');
});
