import { describe, expect, test } from 'vitest';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { decide } from '../../../lib/domain/schedule/decide.ts';
import { emptySchedule } from '../../../lib/domain/schedule/state.ts';
import {
  cancelled,
  chain,
  finished,
  free,
  planned,
  recorded,
  resolved,
  rowsPerRound,
  Scheduler,
  type SheetSketch,
  sketchSheet,
} from './scheduler.ts';

interface Story {
  readonly name: string;
  /** In the order in which they are planned, all at once. */
  readonly batches: readonly SheetSketch[];
  /** The decisions at planning. */
  readonly first: readonly string[];
  /** Messages that arrive together, and the decisions then. */
  readonly later?: readonly (readonly [readonly InboxMessage[], readonly string[]])[];
}

const inEu = (count: number) => Array.from({ length: count }, () => ['cluster:eu']);

const stories: readonly Story[] = [
  {
    name: 'nothing starts before all its dependencies have succeeded',
    batches: [{ waits: [[], [], [0, 1]] }],
    first: ['one:0 granted', 'one:1 granted'],
    later: [
      [[recorded(1, 'SUCCESS')], []],
      [[recorded(0, 'SUCCESS')], ['one:2 granted']],
    ],
  },
  {
    name: 'the smaller rank goes first',
    batches: [{ waits: free(4), ranks: [3, 1, 0, 2], concurrency: 2 }],
    first: ['one:2 granted', 'one:1 granted'],
    later: [[[recorded(2, 'SUCCESS')], ['one:3 granted']]],
  },
  {
    name: 'the limit of the batch: sequential is one at a time',
    batches: [{ waits: free(3), concurrency: 1 }],
    first: ['one:0 granted'],
    later: [
      [[recorded(0, 'SUCCESS')], ['one:1 granted']],
      [[recorded(1, 'FAILED')], ['one:2 granted']],
    ],
  },
  ...['environment:prod', 'pillar:risk', 'cluster:eu', 'executor:harness:acme'].map(
    (limit): Story => ({
      name: `the limit ${limit} delays only the deployments it covers`,
      batches: [{ waits: free(4), counts: [[limit], [limit], ['other'], [limit]], limits: { [limit]: 1 } }],
      first: ['one:0 granted', 'one:2 granted'],
      later: [
        [[recorded(2, 'SUCCESS')], []],
        [[recorded(0, 'UNKNOWN')], ['one:1 granted']],
      ],
    }),
  ),
  {
    name: 'a deployment needs room in every limit that applies to it',
    batches: [
      { waits: free(3), counts: [['a'], ['b'], ['a', 'b']], limits: { a: 1, b: 1 } },
      { id: 'two', waits: [[]], counts: [['a']] },
    ],
    first: ['one:0 granted', 'one:1 granted'],
    later: [
      [[recorded(0, 'SUCCESS')], ['two:0 granted']],
      [[recorded(0, 'SUCCESS', 'two')], []],
      [[recorded(1, 'SUCCESS')], ['one:2 granted']],
    ],
  },
  {
    name: 'limits count over all batches, and the batch planned first is served first',
    batches: [
      { waits: free(2), counts: inEu(2), limits: { 'cluster:eu': 2 } },
      { id: 'two', waits: free(2), counts: inEu(2), limits: { 'cluster:eu': 2 } },
    ],
    first: ['one:0 granted', 'one:1 granted'],
    later: [
      [
        [recorded(0, 'SUCCESS'), recorded(1, 'SUCCESS')],
        ['two:0 granted', 'two:1 granted'],
      ],
    ],
  },
  {
    name: 'the limit of the batch planned last is in force, and leaves with it',
    batches: [
      { waits: free(2), counts: inEu(2), limits: { 'cluster:eu': 2 } },
      { id: 'two', waits: [[]], counts: inEu(1), limits: { 'cluster:eu': 1 } },
    ],
    first: ['one:0 granted'],
    later: [
      [[recorded(0, 'SUCCESS')], ['one:1 granted']],
      [[recorded(1, 'SUCCESS')], ['two:0 granted']],
      [[recorded(0, 'SUCCESS', 'two'), finished('two')], []],
    ],
  },
  {
    name: 'a target takes one at a time; waiting for it does not hold up others',
    batches: [
      { waits: [[]], targets: ['t'] },
      { id: 'two', waits: free(2), targets: ['t', 'u'] },
    ],
    first: ['one:0 granted', 'two:1 granted'],
    later: [[[recorded(0, 'FAILED')], ['two:0 granted']]],
  },
  {
    name: 'of several that wait for a target, the batch planned first gets it',
    batches: [
      { waits: [[]], targets: ['t'] },
      { id: 'two', waits: [[]], targets: ['t'] },
      { id: 'three', waits: [[]], targets: ['t'] },
    ],
    first: ['one:0 granted'],
    later: [
      [[recorded(0, 'SUCCESS')], ['two:0 granted']],
      [[recorded(0, 'SUCCESS', 'two')], ['three:0 granted']],
    ],
  },
  {
    name: 'UNKNOWN frees its slots and keeps its lock: anything else that needs the target is skipped',
    batches: [
      { waits: [[], [0], []], targets: ['t', 'v', 'w'], concurrency: 1 },
      { id: 'two', waits: [[], [0]], targets: ['t', 'u'] },
    ],
    first: ['one:0 granted'],
    later: [
      [
        [recorded(0, 'UNKNOWN')],
        [
          'one:2 granted',
          'one:1 SKIPPED DependencyUnknown',
          'two:0 SKIPPED TargetUnknown',
          'two:1 SKIPPED DependencySkipped',
        ],
      ],
    ],
  },
  {
    name: 'a deployment with dependencies waits for them before it is refused for an UNKNOWN target',
    batches: [
      { waits: [[]], targets: ['t'] },
      { id: 'two', waits: [[], [0]], targets: ['u', 't'] },
    ],
    first: ['one:0 granted', 'two:0 granted'],
    later: [
      [[recorded(0, 'UNKNOWN')], []],
      [[resolved(0, 't')], []],
      [[recorded(0, 'SUCCESS', 'two')], ['two:1 granted']],
    ],
  },
  ...(
    [
      ['FAILED', 'DependencyFailed'],
      ['ROLLBACK', 'DependencyFailed'],
      ['UNKNOWN', 'DependencyUnknown'],
      ['SKIPPED', 'DependencySkipped'],
      ['CANCELLED', 'DependencyCancelled'],
    ] as const
  ).map(
    ([status, reason]): Story => ({
      name: `what depends on a ${status} deployment is skipped as ${reason}, and so on`,
      batches: [{ waits: [[], [0], [1], []], concurrency: 1 }],
      first: ['one:0 granted'],
      later: [[[recorded(0, status)], ['one:3 granted', `one:1 SKIPPED ${reason}`, 'one:2 SKIPPED DependencySkipped']]],
    }),
  ),
  {
    name: 'one of two dependencies fails: skipped once, whatever the other does',
    batches: [{ waits: [[], [], [0, 1]] }],
    first: ['one:0 granted', 'one:1 granted'],
    later: [
      [[recorded(0, 'FAILED')], ['one:2 SKIPPED DependencyFailed']],
      [[recorded(1, 'SUCCESS')], []],
    ],
  },
  {
    name: 'stop on failure: dependents name the dependency, the rest the stop, and running ones may end',
    batches: [{ waits: [[], [], [0], [], [3]], concurrency: 2, onFailure: 'stop' }],
    first: ['one:0 granted', 'one:1 granted'],
    later: [
      [
        [recorded(0, 'FAILED')],
        ['one:2 SKIPPED DependencyFailed', 'one:3 SKIPPED BatchStopped', 'one:4 SKIPPED BatchStopped'],
      ],
      [[recorded(1, 'SUCCESS')], []],
    ],
  },
  ...(['UNKNOWN', 'CANCELLED'] as const).map((status) => ({
    name: `stop on failure: ${status} stops too`,
    batches: [{ waits: free(2), concurrency: 1, onFailure: 'stop' as const }],
    first: ['one:0 granted'],
    later: [[[recorded(0, status)], ['one:1 SKIPPED BatchStopped']]] as const,
  })),
  {
    name: 'stop on failure: SKIPPED is no failure',
    batches: [{ waits: free(2), concurrency: 1, onFailure: 'stop' }],
    first: ['one:0 granted'],
    later: [[[recorded(0, 'SKIPPED')], ['one:1 granted']]],
  },
  {
    name: 'cancel: all waiting deployments are refused for that reason, and grants are withdrawn',
    batches: [{ waits: [[], [0], [1], []], concurrency: 1 }],
    first: ['one:0 granted'],
    later: [
      [
        [cancelled()],
        [
          'one:1 CANCELLED BatchCancelled',
          'one:2 CANCELLED BatchCancelled',
          'one:3 CANCELLED BatchCancelled',
          'one:0 revoked',
        ],
      ],
      [[cancelled()], []],
      [[recorded(0, 'CANCELLED')], []],
    ],
  },
  {
    name: 'cancel after a stop withdraws the grants too',
    batches: [{ waits: free(3), concurrency: 2, onFailure: 'stop' }],
    first: ['one:0 granted', 'one:1 granted'],
    later: [
      [[recorded(0, 'FAILED')], ['one:2 SKIPPED BatchStopped']],
      [[cancelled()], ['one:1 revoked']],
      [[recorded(1, 'FAILED')], []],
    ],
  },
  {
    name: 'an outcome that arrives with the cancel is no longer withdrawn',
    batches: [{ waits: free(2), concurrency: 1 }],
    first: ['one:0 granted'],
    later: [[[cancelled(), recorded(0, 'SUCCESS')], ['one:1 CANCELLED BatchCancelled']]],
  },
  {
    name: 'resolve frees the target again',
    batches: [
      { waits: [[]], targets: ['t'] },
      { id: 'two', waits: [[], [0]], targets: ['u', 't'] },
    ],
    first: ['one:0 granted', 'two:0 granted'],
    later: [
      [[recorded(0, 'UNKNOWN'), resolved(0, 't')], []],
      [[recorded(0, 'SUCCESS', 'two')], ['two:1 granted']],
    ],
  },
  {
    name: 'resolve before the record: the target is free, and stays so',
    batches: [
      { waits: [[]], targets: ['t'] },
      { id: 'two', waits: [[]], targets: ['t'] },
    ],
    first: ['one:0 granted'],
    later: [
      [[resolved(0, 't')], ['two:0 granted']],
      [[recorded(0, 'UNKNOWN')], []],
      [[resolved(0, 't')], []],
    ],
  },
  {
    name: 'resolve of a target that somebody else holds changes nothing',
    batches: [
      { waits: [[]], targets: ['t'] },
      { id: 'two', waits: [[]], targets: ['t'] },
    ],
    first: ['one:0 granted'],
    later: [
      [[resolved(0, 't', 'two')], []],
      [[recorded(0, 'SUCCESS')], ['two:0 granted']],
    ],
  },
  {
    name: 'resolve after the batch is forgotten',
    batches: [{ waits: [[]], targets: ['t'] }],
    first: ['one:0 granted'],
    later: [[[recorded(0, 'UNKNOWN'), finished(), resolved(0, 't')], []]],
  },
  {
    name: 'finish before the last record: an UNKNOWN still keeps its lock',
    batches: [
      { waits: [[], [0]], targets: ['t', 'v'] },
      { id: 'two', waits: [[]], targets: ['t'] },
    ],
    first: ['one:0 granted'],
    later: [
      [[finished()], []],
      [[recorded(0, 'UNKNOWN')], ['two:0 SKIPPED TargetUnknown']],
    ],
  },
  {
    name: 'nothing in a finished batch starts, whatever is recorded or repeated',
    batches: [{ waits: [[], [0], []], concurrency: 1, onFailure: 'stop' }],
    first: ['one:0 granted'],
    later: [
      [[finished(), cancelled(), finished(), planned('one')], []],
      [[recorded(0, 'FAILED')], []],
    ],
  },
  {
    name: 'duplicate messages count once',
    batches: [{ waits: [[], [0], [], []], concurrency: 1 }],
    first: ['one:0 granted'],
    later: [
      [[recorded(0, 'SUCCESS'), planned('one'), recorded(0, 'SUCCESS'), recorded(0, 'FAILED')], ['one:1 granted']],
      [[recorded(0, 'SUCCESS')], []],
    ],
  },
  {
    name: 'a child that dies before its turn: its outcome is accepted, and its turn is not granted',
    batches: [{ waits: [[], [], [1]], concurrency: 1 }],
    first: ['one:0 granted'],
    later: [
      [[recorded(1, 'FAILED')], ['one:2 SKIPPED DependencyFailed']],
      [[recorded(0, 'SUCCESS')], []],
    ],
  },
  {
    name: 'messages of unknown batches are read and forgotten',
    batches: [],
    first: [],
    later: [[[recorded(0, 'SUCCESS', 'x'), cancelled('x'), finished('x'), resolved(0, 't', 'x'), planned('x')], []]],
  },
];

describe('who gets a turn, and who is refused', () => {
  test.each(stories)('$name', ({ batches, first, later = [] }) => {
    const scheduler = new Scheduler();
    expect(scheduler.plan(...batches.map(sketchSheet))).toEqual(first);
    for (const [messages, decided] of later) expect(scheduler.tell(...messages)).toEqual(decided);
  });

  test.each([
    ['FAILED', 'is FAILED'],
    ['CANCELLED', 'is CANCELLED'],
    ['UNKNOWN', 'was UNKNOWN'], // somebody may resolve it later
  ] as const)('a refusal because of one that is %s stays true: which %s', (status, words) => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: chain(2) }));
    scheduler.tell(recorded(0, status));
    const [refusal] = scheduler.rounds.flatMap(({ refusals }) => refusals);
    expect(refusal?.message).toBe(`Not started: svc-0, which it depends on, ${words}.`);
  });

  test('refusals say in words what they depend on, and why', () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: chain(2) }));
    scheduler.tell(recorded(0, 'FAILED'));
    expect(scheduler.rounds.flatMap(({ refusals }) => refusals)).toEqual([
      {
        batch_id: 'one',
        index: 1,
        key: 'svc-1',
        target: 'one/1',
        status: 'SKIPPED',
        reason: 'DependencyFailed',
        message: 'Not started: svc-0, which it depends on, is FAILED.',
      },
    ]);
  });

  test('every grant has its own fence, and a target granted again has a larger one', () => {
    const scheduler = new Scheduler();
    scheduler.plan(
      sketchSheet({ waits: free(2), targets: ['t', 'u'] }),
      sketchSheet({ id: 'two', waits: [[]], targets: ['t'] }),
    );
    scheduler.tell(recorded(0, 'SUCCESS'));
    expect(scheduler.rounds.flatMap(({ grants }) => grants.map(({ target, fence }) => [target, fence]))).toEqual([
      ['t', 1],
      ['u', 2],
      ['t', 3],
    ]);
    const lock = { batch_id: 'two', index: 0, key: 'svc-0', fence: 3, state: 'held' };
    expect(scheduler.state.locks.get('t')).toEqual(lock);
  });

  test('an outcome for one that was refused meanwhile withdraws the turn', () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: chain(2) }));
    scheduler.tell(recorded(0, 'FAILED'));
    scheduler.tell(recorded(1, 'FAILED'), recorded(1, 'FAILED'));
    expect(scheduler.rounds.at(-1)?.forestalled).toEqual([{ batch_id: 'one', index: 1 }]);
  });
});

test('an outcome of a forgotten batch withdraws a turn that may remain', () => {
  const scheduler = new Scheduler();
  scheduler.tell(recorded(1, 'FAILED'));
  expect(scheduler.rounds.at(-1)?.forestalled).toEqual([{ batch_id: 'one', index: 1 }]);
});

describe('a batch that is planned late', () => {
  const sheet = sketchSheet({ waits: [[], [0], []], concurrency: 1, targets: ['t', 'u', 'v'] });
  const decideNew = (cancelled: boolean, recorded: readonly { index: number; status: 'SUCCESS' | 'FAILED' }[]) =>
    decide(emptySchedule(), [planned('one')], {
      planned: new Map([['one', { sheet, cancelled, recorded }]]),
      rows: rowsPerRound,
      grant: true,
      now: 0,
    });

  test('was cancelled before: nothing starts', () => {
    const { grants, refusals } = decideNew(true, []);
    expect(grants).toEqual([]);
    expect(refusals.map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
  });

  test('settles outcomes recorded before', () => {
    const { grants, refusals } = decideNew(false, [{ index: 0, status: 'FAILED' }]);
    expect(grants.map(({ index }) => index)).toEqual([2]);
    expect(refusals.map(({ index }) => index)).toEqual([1]);
  });
});

test('without granting turns, only reads messages and notifies dependents', () => {
  const scheduler = new Scheduler();
  scheduler.plan(sketchSheet({ waits: [[], [0], [], [0]], concurrency: 2 }));
  const only = { planned: new Map(), rows: rowsPerRound, grant: false, now: 0 };
  const read = decide(scheduler.state, [recorded(0, 'SUCCESS')], only);
  expect(read).toMatchObject({ consumed: 1, grants: [], more: false });
  expect(scheduler.round().grants.map(({ index }) => index)).toEqual([1]);
});

test('a batch that was stopped before it was planned starts nothing, and says why', () => {
  const sheet = sketchSheet({ waits: free(2) });
  const stopped = 'ada asked to roll it back';
  const scheduler = new Scheduler(new Map([['one', { sheet, cancelled: false, stopped, recorded: [] }]]));
  expect(scheduler.tell(planned('one'))).toEqual(['one:0 SKIPPED BatchStopped', 'one:1 SKIPPED BatchStopped']);
  expect(scheduler.rounds.flatMap(({ refusals }) => refusals)[0]!.message).toBe(
    'Not started: the batch was stopped because ada asked to roll it back.',
  );
});
