import { describe, expect, test } from 'vitest';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { cancelled, planned, recorded, Scheduler, sketchSheet } from './scheduler.ts';

const asked = 'ada asked to roll it back';
const stop: InboxMessage = { type: 'stop', batch_id: 'one', because: asked };
const sheet = sketchSheet({ waits: [[], [], [0]], concurrency: 1 });

const ordersOf = <Entry>(entries: readonly Entry[]): readonly (readonly Entry[])[] =>
  entries.length < 2
    ? [entries]
    : entries.flatMap((entry, at) => ordersOf(entries.toSpliced(at, 1)).map((rest) => [entry, ...rest]));

const namesOf = (messages: readonly InboxMessage[]): string => messages.map(({ type }) => type).join(', ');
const inEachOrder = (...messages: readonly InboxMessage[]) =>
  ordersOf(messages).map((order) => [namesOf(order), order] as const);

/** A `planned` message reads the header at that moment, with everything requested before it. */
const told = (order: readonly InboxMessage[], { together }: { readonly together: boolean }): Scheduler => {
  const scheduler = new Scheduler();
  const readHeader = (before: readonly InboxMessage[]): void => {
    const stopped = before.some(({ type }) => type === 'stop') ? asked : undefined;
    const isCancelled = before.some(({ type }) => type === 'cancelled');
    scheduler.news.set('one', { sheet, cancelled: isCancelled, stopped, recorded: [] });
  };
  const rounds = together ? [order] : order.map((message) => [message]);
  rounds.forEach((messages, at) => {
    readHeader(rounds.slice(0, at + 1).flat());
    scheduler.tell(...messages);
  });
  return scheduler;
};

const refusalsOf = ({ rounds }: Scheduler): readonly string[] =>
  rounds.flatMap(({ refusals }) => refusals.map(({ status, reason, message }) => `${status} ${reason}: ${message}`));
const grantsOf = ({ rounds }: Scheduler): number => rounds.flatMap(({ grants }) => grants).length;

const skipped = `SKIPPED BatchStopped: Not started: the batch was stopped because ${asked}.`;

describe('a batch that will be rolled back', () => {
  test.each(inEachOrder(planned('one'), stop, stop, planned('one')))('starts nothing more: %s', (_, order) => {
    expect(refusalsOf(told(order, { together: true }))).toEqual([skipped, skipped, skipped]);
    const scheduler = told(order, { together: false });
    const started = order[0]?.type === 'planned' ? 1 : 0;
    expect(grantsOf(scheduler)).toBe(started);
    expect(refusalsOf(scheduler)).toEqual(Array.from({ length: 3 - started }, () => skipped));
    expect(scheduler.tell(recorded(0, 'SUCCESS'))).toEqual([]);
  });

  test.each(inEachOrder(planned('one'), stop, cancelled()))('can still be cancelled: %s', (_, order) => {
    const scheduler = told(order, { together: true });
    expect(grantsOf(scheduler)).toBe(0);
    expect(new Set(refusalsOf(scheduler))).toEqual(
      new Set(['CANCELLED BatchCancelled: Not started: the batch was cancelled.']),
    );
  });

  test('a failure meanwhile is not the reason why the others do not start', () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: [[], [], []], concurrency: 1, onFailure: 'stop' }));
    scheduler.tell(stop, recorded(0, 'FAILED'));
    expect(refusalsOf(scheduler)).toEqual([skipped, skipped]);
  });
});
