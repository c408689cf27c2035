import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Budget, newBudget } from '../../../lib/domain/budget/budget.ts';
import { Queue } from '../../../lib/usecases/budget/queue.ts';
import { WorldClock } from '../../workflow/world-clock.ts';

const begin = 1_000_000;
/** Both numbers are paid for, so each is due as soon as the row is read. */
const budget: Budget = { ...newBudget(300, begin), start: { issued: 2, paid: 2 } };

/** A second one joins this many microtasks after the read for the first. Then time passes until both would be gone. */
const whoGoes = async (microtasks: number): Promise<readonly string[]> => {
  const clock = new WorldClock();
  let answer: ((budget: Budget) => void) | undefined;
  const read = () =>
    new Promise<Budget>((resolve) => {
      answer = resolve;
    });
  const queue = new Queue({ kind: 'start', store: { read, lag: 0 }, clock, askAgain: () => {} });
  const gone: string[] = [];
  const join = (name: string, number: number): void =>
    queue.add({ kind: 'start', resolve: () => void gone.push(name), reject: () => {} }, number, budget);
  const passes = async (): Promise<void> => {
    clock.runNext();
    await turnOfLoop();
  };
  join('first', 1);
  await passes();
  answer?.(budget);
  for (let nth = 0; nth < microtasks; nth += 1) await Promise.resolve();
  join('second', 2);
  for (let nth = 0; nth < 3; nth += 1) {
    await passes();
    answer?.(budget);
    await turnOfLoop();
  }
  return gone;
};

test.each([...Array(12).keys()])(
  'also calls one that joins %i steps after the first was called',
  async (microtasks) => {
    expect(await whoGoes(microtasks)).toEqual(['first', 'second']);
  },
);
