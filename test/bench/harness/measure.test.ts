import { describe, expect, it } from 'vitest';
import { type FeedEvent, notedEnds } from './build-server.ts';
import {
  busiestMinute,
  duplicatesIn,
  latenessOf,
  measurementsOf,
  p95Of,
  type Run,
  type Sample,
  type Seen,
  steadyReads,
} from './measure.ts';

/** Counts of lists and webhooks by seconds. */
const samplesOf = (...rows: readonly (readonly [seconds: number, lists: number, webhooks?: number])[]): Sample[] =>
  rows.map(([seconds, list, webhook = 0]) => ({ at: seconds * 1000, byRoute: { list, webhook } }));

/** Runs by the seconds of their start and their end. */
const runsOf = (...rows: readonly (readonly [started: number, ended?: number])[]): Run[] =>
  rows.map(([started, ended], at) => ({
    ...{ key: `key-${at}`, deployment: `data/service-${at}`, started_at: started * 1000 },
    ...(ended === undefined ? {} : { ended_at: ended * 1000 }),
  }));

describe('the busiest minute', () => {
  it.each([
    ['of one sample', samplesOf([0, 0]), 0],
    ['of less than a minute is all there was', samplesOf([0, 0], [30, 40], [59, 70]), 70],
    ['is 60 s long and no longer', samplesOf([0, 0], [60, 100], [61, 130]), 100],
    ['may begin anywhere', samplesOf([0, 0], [50, 10], [60, 100], [110, 190], [170, 191]), 180],
    ['has no requests from before it', samplesOf([0, 0], [1, 300], [62, 301], [123, 400]), 300],
  ])('%s', (_, samples, most) => {
    expect(busiestMinute(samples, ['list'])).toBe(most);
  });

  it('counts only the given routes', () => {
    const samples = samplesOf([0, 0, 0], [10, 5, 100], [75, 65, 101]);
    expect(busiestMinute(samples, ['list'])).toBe(5);
    expect(busiestMinute(samples, ['webhook'])).toBe(100);
    expect(busiestMinute(samples, ['list', 'webhook', 'notes'])).toBe(105);
  });
});

describe('reads a minute while all runs are in flight', () => {
  it.each([
    ['count from ten seconds after the last start to the first end', runsOf([0, 180], [20, 200]), 24],
    ['are absent when the time with all runs in flight is too short', runsOf([0, 60], [30, 90]), undefined],
    ['count a run that has not ended as being in flight', runsOf([0, 180], [20]), 24],
  ])('%s', (_, runs, reads) => {
    // Webhooks are no reads.
    const samples = samplesOf([0, 0], [30, 500, 10], [90, 530, 99], [180, 560, 99], [240, 900, 99]);
    expect(steadyReads(samples, runs)).toBe(reads);
  });
});

describe('the lateness of ends', () => {
  const runs = runsOf([0, 60], [0, 70], [0]);

  it('is from the end of a run to its event; a running one has none', () => {
    const noted = new Map([
      ['data/service-0', 61_500],
      ['data/service-1', 75_000],
    ]);
    expect(latenessOf({ runs, noted, stopped: 90_000 })).toEqual([1_500, 5_000]);
  });

  it('of an unseen end is at least as long as the wait for it', () => {
    expect(latenessOf({ runs, noted: new Map([['data/service-0', 61_500]]), stopped: 90_000 })).toEqual([
      1_500, 20_000,
    ]);
  });
});

it.each([
  [[7], 7],
  [[3, 1, 2], 3],
  [Array.from({ length: 20 }, (_, at) => 20 - at), 19],
  [Array.from({ length: 100 }, (_, at) => at + 1), 95],
])('the 95th percentile of %j is %d', (values, p95) => {
  expect(p95Of(values)).toBe(p95);
});

it('two runs with one key are one too many', () => {
  const [one, two] = runsOf([0], [1]);
  expect(duplicatesIn([one!, two!])).toBe(0);
  expect(duplicatesIn([one!, two!, { ...two! }, { ...two! }])).toBe(2);
});

it('an end is seen with its event', () => {
  const at = (second: number): string => new Date(second * 1000).toISOString();
  const events: readonly FeedEvent[] = [
    { type: 'batch', at: at(1), reason: 'Submitted' },
    { type: 'deployment', key: 'data/a', at: at(2), reason: 'RunStarted' },
    { type: 'deployment', key: 'data/b', at: at(3), reason: 'RunSucceeded' },
    { type: 'deployment', key: 'data/c', at: at(4), reason: 'StartUnknown' },
    { type: 'deployment', key: 'data/a', at: at(5), reason: 'RunSucceeded' },
    { type: 'deployment', key: 'data/a', at: at(6), reason: 'Healthy' },
    { type: 'deployment', key: 'data/d', at: at(7), reason: 'PipelineFailed' },
  ];
  expect([...notedEnds(events)]).toEqual([
    ['data/b', 3_000],
    ['data/a', 5_000],
    ['data/d', 7_000],
  ]);
});

describe('what is measured of a scenario', () => {
  const seen: Seen = {
    ...{ submitted: 1_000, stopped: 200_000, busiest: 9, throttled: 1, open: 1 },
    samples: [
      { at: 0, byRoute: {} },
      { at: 20_000, byRoute: { webhook: 2, execute: 1, list: 3, notes: 1 } },
      { at: 40_000, byRoute: { webhook: 2, execute: 1, list: 13, detail: 1, 'event-details': 2, notes: 1, abort: 1 } },
      { at: 100_000, byRoute: { webhook: 2, execute: 1, list: 43, detail: 4, 'event-details': 2, notes: 1, abort: 1 } },
    ],
    runs: [...runsOf([20, 110], [25, 112]), { ...runsOf([28, 120])[0]!, deployment: 'data/service-9' }],
    noted: new Map([
      ['data/service-0', 111_000],
      ['data/service-1', 116_000],
    ]),
  };
  const scenario = { name: 'try', size: 4, modes: ['webhook'], seconds: 90 } as const;
  const told = (of: Parameters<typeof measurementsOf>[0], what: Seen): readonly string[] =>
    measurementsOf(of, what).map(({ name, value, unit }) => `${name} ${value} ${unit}`.trim());

  it('has its name before it', () => {
    expect(told({ ...scenario, isSteady: true }, seen)).toEqual([
      'try: requests 54',
      'try: requests in the busiest minute 9',
      'try: requests that were throttled 1',
      'try: starts 3',
      'try: starts in the busiest minute 3',
      'try: reads 50',
      'try: reads in the busiest minute 33',
      'try: reads: list 43',
      'try: reads: detail 4',
      'try: reads: event-details 2',
      'try: reads: notes 1',
      'try: other requests 1',
      'try: reads a minute, steady 33',
      'try: makespan 199 s',
      'try: lateness of ends: median 4 s',
      'try: lateness of ends: 95th percentile 80 s',
      'try: runs 3',
      'try: duplicate runs 1',
      'try: runs whose end was not noted 1',
      'try: deployments not over 1',
    ]);
  });

  it('is the time to the end of an ended batch, and has no lateness without an ended run', () => {
    const all = told(scenario, { ...seen, ended: 61_000, runs: runsOf([20]) });
    expect(all).toContain('try: makespan 60 s');
    expect(all.filter((line) => /lateness|steady/.test(line))).toEqual([]);
  });
});
