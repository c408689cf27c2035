import { expect, test } from 'vitest';
import type { News } from '../../../lib/domain/ports.ts';
import { UnreadSince } from '../../../lib/usecases/deployment/unread-since.ts';

const unread: News = { kind: 'unread', trouble: { asked: 'the runs', answered: 'nothing' } };

test('counts from the first of the failed looks in a row; a look that left the run out does not count', () => {
  const since = new UnreadSince();
  const looks: readonly (readonly [at: number, news: Readonly<Record<string, News>>, a: number, b: number])[] = [
    [10, { a: unread }, 0, 0],
    [20, { a: unread, b: unread }, 10, 0],
    [35, { a: { kind: 'none' }, b: unread }, 0, 15],
    [40, { a: unread }, 0, 20],
    [50, {}, 10, 30],
    [60, { a: unread, b: { kind: 'none' } }, 20, 0],
  ];
  for (const [at, news, a, b] of looks) {
    since.note(['a', 'b'], new Map(Object.entries(news)), at);
    expect([since.of('a', at), since.of('b', at)], `at ${at}`).toEqual([a, b]);
  }
});

test('forgets runs that are no longer watched', () => {
  const since = new UnreadSince();
  since.note(['a'], new Map([['a', unread]]), 10);
  since.note([], new Map(), 20);
  since.note(['a'], new Map([['a', unread]]), 30);
  expect(since.of('a', 30)).toBe(0);
});
