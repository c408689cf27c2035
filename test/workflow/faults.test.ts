import { describe, expect, test } from 'vitest';
import { behind, busyAtEvery, healing, lasting } from './fault-paths.ts';
import { walk, walkAll } from './path.ts';

/** Technical errors: of functions, and of what is behind them. */

describe('a technical error that passes', () => walkAll(healing));
describe('a technical error that stays', () => walkAll(lasting));
describe('something behind the functions fails', () => walkAll(behind));

describe('a busy table only delays', () => {
  test.each([5, 6, 7, 9, 11, 13, 16, 20])('at every %ith call', async (nth) => {
    const world = await walk(busyAtEvery(nth));
    expect(world.meter.count('table.transact')).toBeGreaterThan(20);
  });
});
