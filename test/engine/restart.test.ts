import { describe, expect, test } from 'vitest';
import { type JournalEntryKind, journalEntryKinds } from '../../lib/engine/journal-entry.ts';
import type { Json } from '../../lib/engine/json.ts';
import { VirtualClock } from '../../lib/engine/virtual-clock.ts';
import {
  distributedMap,
  EngineFixture,
  type Functions,
  journalPath,
  machine,
  task,
  tokenTask,
} from './engine-fixture.ts';

/** Documented, not recorded (R21): a crash after any commit loses nothing that was done or answered. */

const branch = (states: Record<string, object>): object => ({ StartAt: Object.keys(states)[0], States: states });
const go = (next: string): object => ({ Next: next, End: undefined });

/** A machine whose run writes every kind of entry. */
const everything = machine({
  Call: task('plain', {
    ...go('Flaky'),
    Assign: { kept: '{% $states.result.Payload %}' },
    Output: '{% $states.input %}',
  }),
  Flaky: task('flaky', { ...go('Wrong'), Retry: [{ ErrorEquals: ['Flaky'] }], Output: '{% $states.input %}' }),
  Wrong: {
    ...task('plain', go('Pause')),
    Output: '{% $nothing %}',
    Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Output: '{% $states.input %}', Next: 'Pause' }],
  },
  Pause: { Type: 'Wait', Seconds: 5, Next: 'Answer' },
  Answer: tokenTask('keep', {
    ...go('Inline'),
    HeartbeatSeconds: 50,
    Assign: { answer: '{% $states.result %}' },
    Output: '{% $states.input %}',
  }),
  Inline: {
    Type: 'Map',
    Items: [1, 2, 3],
    MaxConcurrency: 2,
    ItemProcessor: branch({
      Each: task('plain', { ...go('Nap'), Output: '{% $states.input * 10 %}' }),
      Nap: { Type: 'Wait', Seconds: 1, End: true },
    }),
    Assign: { inline: '{% $states.result %}' },
    Output: '{% $states.input %}',
    Next: 'Both',
  },
  Both: {
    Type: 'Parallel',
    Branches: [
      branch({ Left: task('plain', { Output: 'left' }) }),
      branch({ Right: { Type: 'Pass', Output: 'right', End: true } }),
    ],
    Assign: { both: '{% $states.result %}' },
    Output: '{% $states.input %}',
    Next: 'Children',
  },
  Children: distributedMap(
    {
      Child: task('plain', { ...go('ChildAnswer'), Output: '{% $states.input %}' }),
      ChildAnswer: tokenTask('keep', { Output: '{% $states.input + $states.result %}' }),
    },
    { ...go('Last'), Items: [1, 2, 3], MaxConcurrency: 2, Assign: { children: '{% $states.result %}' } },
  ),
  Last: {
    Type: 'Pass',
    Output: {
      kept: '{% $kept %}',
      answer: '{% $answer %}',
      inline: '{% $inline %}',
      both: '{% $both %}',
      children: '{% $children %}',
    },
    End: true,
  },
});

const expected = {
  kept: 'plain',
  answer: 100,
  inline: [10, 20, 30],
  both: ['left', 'right'],
  children: [101, 102, 103],
};

/** The world outside the engine, which survives a crash of the engine. */
class World {
  readonly tokens = new Set<string>();
  readonly answered = new Set<string>();
  readonly calls: string[] = [];
  readonly clock = new VirtualClock(1_700_000_000_000);
  isRedriven = false;
  #flaky = 0;

  readonly functions: Functions = {
    plain: () => this.#called('plain'),
    flaky: () => {
      this.#flaky += 1;
      if (this.#flaky === 1) throw Object.assign(new Error('first'), { name: 'Flaky' });
      return this.#called('flaky');
    },
    keep: ({ token }: { token: string }) => {
      this.tokens.add(token);
      return this.#called('keep');
    },
  };

  #called(name: string): string {
    this.calls.push(name);
    return name;
  }

  /** While it waits for its first answer it is stopped once, and redriven. */
  async stopAndRedrive({ engine }: EngineFixture, executionArn: string): Promise<boolean> {
    if (this.isRedriven || this.tokens.size === 0) return false;
    await engine.stopExecution({ executionArn });
    await engine.redriveExecution({ executionArn });
    this.isRedriven = true;
    return true;
  }

  /** Sends a heartbeat and an answer for one open token; false when there is none. */
  async answerOne({ engine }: EngineFixture): Promise<boolean> {
    const open = [...this.tokens].find((token) => !this.answered.has(token));
    if (open === undefined) return false;
    try {
      await engine.sendTaskHeartbeat({ taskToken: open });
      await engine.sendTaskSuccess({ taskToken: open, output: '100' });
    } catch (error) {
      // It was answered in an earlier life.
      if ((error as Error).name !== 'TaskTimedOut') throw error;
    }
    this.answered.add(open);
    return true;
  }
}

/** A life may have ended between the stop and the redrive. */
const redriven = async ({ engine }: EngineFixture): Promise<string | undefined> => {
  const executionArn = engine.executionArn(engine.stateMachineArn('machine'), 'run');
  const isStopped = await engine.describeExecution({ executionArn }).then(
    ({ status }) => status === 'ABORTED',
    () => false,
  );
  if (!isStopped) return undefined;
  await engine.redriveExecution({ executionArn });
  return executionArn;
};

/** Runs the machine over as many lives of the engine as needed; `crashAt` says after which commit a life ends. */
const live = async (crashAt: (kind: JournalEntryKind, commit: number) => boolean) => {
  const [world, path] = [new World(), journalPath()];
  const committed: JournalEntryKind[] = [];
  let value: Json | undefined;
  let executionArn = '';
  let lives = 0;
  for (let isOver = false; !isOver; ) {
    lives += 1;
    let hasCrashed = false;
    const fixture: EngineFixture = new EngineFixture({
      ...{ functions: world.functions, clock: world.clock, path },
      onCommitted: (kind) => {
        committed.push(kind);
        if (hasCrashed || !crashAt(kind, committed.length)) return;
        hasCrashed = true;
        fixture.engine.abandon();
      },
    });
    const run = async (): Promise<void> => {
      await fixture.engine.resume();
      executionArn = (await redriven(fixture)) ?? (await fixture.start(everything));
      for (;;) {
        await fixture.engine.idle();
        if (hasCrashed) return;
        if (await world.stopAndRedrive(fixture, executionArn)) continue;
        const description = await fixture.describe(executionArn);
        if (description.status !== 'RUNNING') throw new Error(`ended as ${description.status}: ${description.cause}`);
        if (!(await world.answerOne(fixture)) && !world.clock.runNext()) throw new Error('nothing moves');
      }
    };
    try {
      await run();
    } catch (error) {
      if (!hasCrashed) {
        // The end of the execution refuses a second start of its name, or describe shows it.
        const isEnd =
          (error as Error).name === 'ExecutionAlreadyExists' ||
          (error as Error).message.startsWith('ended as SUCCEEDED');
        if (!isEnd) throw error;
        executionArn = fixture.engine.executionArn(fixture.engine.stateMachineArn('machine'), 'run');
        value = (await fixture.describe(executionArn)).value;
        isOver = true;
        return {
          value,
          committed,
          lives,
          world,
          history: fixture.engine.history(executionArn),
          visited: fixture.visited(executionArn),
        };
      }
    }
  }
  throw new Error('not reached');
};

let crashless: ReturnType<typeof live> | undefined;
/** The run to compare with; made once. */
const withoutCrash = (): ReturnType<typeof live> => {
  crashless ??= live(() => false);
  return crashless;
};

const checkOutcome = async ({ value, world, visited, history }: Awaited<ReturnType<typeof live>>): Promise<void> => {
  const neverCrash = await withoutCrash();
  expect(value).toEqual(expected);
  // At least once: every function was called as often as without a crash, or more.
  for (const name of ['plain', 'flaky', 'keep']) {
    const count = (calls: readonly string[]) => calls.filter((call) => call === name).length;
    expect(count(world.calls)).toBeGreaterThanOrEqual(count(neverCrash.world.calls));
  }
  // A state that was entered goes on, and is not entered again.
  expect([...visited].sort()).toEqual([...neverCrash.visited].sort());
  expect(history.map(({ id }) => id)).toEqual(history.map((_, index) => index + 1));
};

test('runs through without a crash, and writes every kind of entry', async () => {
  const neverCrash = await withoutCrash();
  expect(neverCrash.value).toEqual(expected);
  expect(neverCrash.lives).toBe(1);
  expect([...new Set(neverCrash.committed)].sort()).toEqual([...journalEntryKinds].sort());
});

describe('a crash after the first entry of each kind', () => {
  test.each(journalEntryKinds)('%s', async (kind) => {
    let isDone = false;
    const lived = await live((committed) => {
      const isNow = !isDone && committed === kind;
      isDone ||= isNow;
      return isNow;
    });
    expect(lived.lives).toBeGreaterThanOrEqual(2);
    await checkOutcome(lived);
  });
});

test('a crash after any fifth of the entries', async () => {
  const neverCrash = await withoutCrash();
  for (let commit = 1; commit <= neverCrash.committed.length; commit += 5) {
    await checkOutcome(await live((_kind, count) => count === commit));
  }
});

test('a crash after every tenth entry', async () => {
  const lived = await live((_kind, count) => count % 10 === 0 && count < 400);
  expect(lived.lives).toBeGreaterThan(5);
  await checkOutcome(lived);
});
