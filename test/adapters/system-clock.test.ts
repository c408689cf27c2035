import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SystemClock, SystemRandom, UlidIds } from '../../lib/adapters/system-clock.ts';
import type { Clock } from '../../lib/domain/ports.ts';

const DAYS = 86_400_000;

afterEach(() => vi.useRealTimers());

/** Whether a sleep has ended, without waiting for it. */
const watch = (sleep: Promise<void>): { isOver: () => boolean } => {
  let over = false;
  sleep.then(() => {
    over = true;
  });
  return { isOver: () => over };
};

describe('SystemClock', () => {
  it('knows the time', () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
    expect(new SystemClock().now()).toBe(1_700_000_000_000);
  });

  it.each([1, 500, 24 * DAYS, 25 * DAYS, 400 * DAYS])('sleeps for %i milliseconds, not less', async (time) => {
    vi.useFakeTimers();
    const sleep = watch(new SystemClock().sleep(time));
    await vi.advanceTimersByTimeAsync(time - 1);
    expect(sleep.isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(sleep.isOver()).toBe(true);
  });

  it.each([0, -5])('does not sleep for %i milliseconds', async (time) => {
    vi.useFakeTimers();
    await new SystemClock().sleep(time);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wakes early on a signal, without an error or a leftover timer', async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const sleep = new SystemClock().sleep(60 * DAYS, controller.signal);
    controller.abort();
    await expect(sleep).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not fall asleep after a signal to wake', async () => {
    vi.useFakeTimers();
    await new SystemClock().sleep(1000, AbortSignal.abort());
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no listener on the signal', async () => {
    vi.useFakeTimers();
    const { signal } = new AbortController();
    const sleep = new SystemClock().sleep(1000, signal);
    await vi.advanceTimersByTimeAsync(1000);
    await sleep;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('SystemRandom', () => {
  it('gives different numbers from 0 up to 1', () => {
    const random = new SystemRandom();
    const numbers = Array.from({ length: 1000 }, () => random.next());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(900);
  });
});

describe('UlidIds', () => {
  const clockOf = (times: number[]): Clock => ({
    now: () => times.shift() ?? 0,
    sleep: () => Promise.reject(new Error('ids do not wait')),
  });

  it.each([
    { title: 'as time goes on', times: [1000, 2000, 3000] },
    { title: 'within a millisecond', times: [1000, 1000, 1000] },
    { title: 'when the clock steps back', times: [3000, 1000, 2000] },
  ])('gives ids that sort by creation $title', ({ times }) => {
    const ids = new UlidIds(clockOf([...times]));
    const made = times.map(() => ids.next());
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
    for (const id of made) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });
});
