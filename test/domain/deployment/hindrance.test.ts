import { expect, test } from 'vitest';
import type { Hindrance } from '../../../lib/domain/deployment/held.ts';
import { describeHeld, hindranceOf } from '../../../lib/domain/deployment/hindrance.ts';
import type { News, RunState } from '../../../lib/domain/ports.ts';
import type { RunWatchRow } from '../../../lib/domain/record/watch-rows.ts';

const unread: News = { kind: 'unread', trouble: { asked: 'the list of runs', answered: '502' } };
const none: News = { kind: 'none' };
const run = (phase: RunState['phase'], more: Partial<RunState> = {}): News => ({
  ...{ kind: 'found', ref: 'r', url: 'https://x/r' },
  state: { phase, raw: 'Word', ...more },
});
const queued = { phase: 'queued', queued_at: 5 } as const;
const started = { phase: 'started', ref: 'r' } as const;
const accepted = { phase: 'accepted', correlation: 'e' } as const;
const away = { reason: 'Throttled', message: '429', until: 9 };
const stopping = { why: 'timeout', at: 7 } as const;
const stopped = { why: 'abort-unconfirmed', since: 7, asked: 'the end of the run' } as const;

type Case = readonly [what: string, row: Partial<RunWatchRow>, news: News | undefined, now: number, Hindrance?];

const cases: readonly Case[] = [
  ['a start that has just been sent', { phase: 'intended' }, undefined, 9],
  ['a start that waits for the budget', queued, undefined, 9, { why: 'budget', since: 5 }],
  [
    'a start that was refused, and waits',
    { ...queued, turned_away: away },
    undefined,
    9,
    { why: 'throttled', since: 5, asked: 'the start', answered: '429' },
  ],
  [
    'a start that pauses',
    { phase: 'paused', turned_away: away },
    undefined,
    9,
    { why: 'throttled', asked: 'the start', answered: '429' },
  ],
  ['a run in progress', started, run('running'), 9],
  ['a run that the executor has queued', started, run('queued'), 9],
  ['a run that is over', { ...started, stopping }, run('terminal'), 9],
  ['a run that has just been found', accepted, { kind: 'found', ref: 'r' }, 99_999],
  ['an event that failed', accepted, { kind: 'failed', reason: 'X', message: 'x' }, 99_999],
  ['a run that cannot be read', started, unread, 9, { why: 'unreadable', asked: 'the list of runs', answered: '502' }],
  [
    'an event that cannot be read',
    accepted,
    unread,
    9,
    { why: 'unreadable', asked: 'the list of runs', answered: '502' },
  ],
  [
    'a run that is no longer shown',
    started,
    none,
    9,
    { why: 'run-missing', asked: 'run r', answered: 'no run has that id' },
  ],
  ['an event from a minute ago', accepted, none, 60_000],
  [
    'an event from over a minute ago',
    accepted,
    none,
    60_001,
    { why: 'no-run-yet', since: 0, asked: 'event e', answered: 'it has not led to a run yet' },
  ],
  [
    'a start without an answer',
    { phase: 'unknown', answer: 'reset', sent_at: 3 },
    none,
    9,
    { why: 'start-unanswered', since: 3, asked: 'the start', answered: 'reset' },
  ],
  [
    'a start whose function died, while nothing can be read',
    { phase: 'intended' },
    unread,
    9,
    {
      ...{ why: 'start-unanswered', since: 0, asked: 'the start' },
      answered: 'no known answer; the list of runs: 502',
    },
  ],
  [
    'a run that is being stopped',
    { ...started, stopping: { ...stopping, said: '200' } },
    run('running'),
    9,
    { ...stopped, answered: '200', url: 'https://x/r' },
  ],
  [
    'a run that is being stopped, and cannot be read',
    { ...started, stopping },
    unread,
    9,
    { ...stopped, answered: 'no known answer' },
  ],
  [
    'a run that could not be stopped for a cancel',
    { ...started, stopping: { why: 'cancel', at: 7, answer: 'no' } },
    run('running'),
    9,
  ],
  [
    'a run that waits for a person',
    { ...started, human_since: 4, human_ms: 1_000 },
    run('waiting-for-human', { message: 'stage Approve', url: 'https://x/s' }),
    9,
    {
      why: 'person',
      since: 4,
      until: 86_399_004,
      asked: 'the run',
      answered: 'Word (stage Approve)',
      url: 'https://x/s',
    },
  ],
  [
    'a canary at its end, which waits for a person',
    {
      ...started,
      human_since: 4,
      deployment: { executor: { name: 'kubernetes', settings: { human_wait: 60 } } } as never,
    },
    run('waiting-for-human'),
    9,
    { why: 'proceed', since: 4, until: 60_004, answered: 'Word', url: 'https://x/r' },
  ],
  [
    'a run that proceeds in steps',
    started,
    run('running', { step: '2' }),
    9,
    { why: 'steps', step: '2', answered: 'Word' },
  ],
];

test.each(cases.map((one) => [one[0], one] as const))('%s', (_, [, row, news, now, hindrance]) => {
  expect(
    hindranceOf({
      row: { at: 0, deployment: { executor: { name: 'harness', settings: {} } }, ...row } as RunWatchRow,
      news,
      now,
    }),
  ).toEqual(hindrance);
});

test('names the place of a deployment that waits for a person once', () => {
  const held = { why: 'proceed', name: 'kubernetes:eu', since: 0, answered: 'canary at 100 %: step 3 of 3' } as const;
  expect(describeHeld({ ...held, until: 60_000 })).toMatch(/or is stopped at 1970-01-01T00:01:00\.000Z\.$/);
  expect(describeHeld(held)).toBe(
    'The deployment waits for a person, since 1970-01-01T00:00:00.000Z: canary at 100 %: step 3 of 3. It continues after `flotilla proceed`, or is stopped when `human_wait` ends.',
  );
});
