import { describe, expect, test } from 'vitest';
import { distributedMap, EngineFixture, machine, task, tokenTask } from './engine-fixture.ts';

/**
 * The events of what stops because its sibling failed. Each row is a small tree. It lists every event from the failure
 * on, which is number 1: its number, the event that it follows from, an iteration with its index. It agrees with what
 * was recorded or measured on AWS. The order below the second level is our reading of the same rule, from outside in.
 */

const end = { Type: 'Pass', End: true };
const fail = { Type: 'Fail', Error: 'Boom' };
const wait = (Seconds: number, more: object = { End: true }) => ({ Type: 'Wait', Seconds, ...more });
const program = (states: Record<string, object>) => ({ StartAt: Object.keys(states)[0], States: states });
/** Waits a second, so that its siblings are where the test stops them, and fails. */
const failing = (name: string) => program({ [`${name}Wait`]: wait(1, { Next: name }), [name]: fail });
const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Last' }], End: true };
const parallel = (branches: readonly object[], more: object = { End: true }) => ({
  ...{ Type: 'Parallel', Branches: branches },
  ...more,
});
const map = (states: Record<string, object>, more: object = { End: true }) => ({
  ...{ Type: 'Map', Items: [0, 1, 2], ItemProcessor: program(states) },
  ...more,
});
/** An iteration of `map` that fails at that index, and waits otherwise. */
const failsAt = (index: number) => ({
  Which: {
    Type: 'Choice',
    Choices: [{ Condition: `{% $states.input = ${index} %}`, Next: 'Soon' }],
    Default: 'Long',
  },
  Soon: wait(1, { Next: 'F' }),
  F: fail,
  Long: wait(60),
});

const never = () => new Promise(() => undefined);
const throwing = () => {
  throw new Error('no');
};

const historyAfter = async (states: Record<string, object>, from: string): Promise<readonly string[]> => {
  const fixture = new EngineFixture({ functions: { never, throwing, fine: () => 1 } });
  const last = JSON.stringify(states).includes('"Last"') ? { Last: { Type: 'Succeed' } } : {};
  const arn = await fixture.start(machine({ ...states, ...last }));
  await fixture.finish(arn);
  const history = fixture.engine.history(arn);
  const before = history.findIndex(({ type, details }) => type === from || details?.name === from);
  const numbered = (id: number): string => (id > before ? `${id - before}` : '.');
  return history.slice(before).map(({ id, previous, type, details }) => {
    const index = details?.index === undefined ? [] : [`#${details.index}`];
    return [numbered(id), `<${numbered(previous)}`, type, ...index].join(' ');
  });
};

type Row = readonly [string, Record<string, object>, string, readonly string[]];

const ofParallel: readonly Row[] = [
  [
    'a Task that failed is aborted too, and the Parallel follows from its failure (measured)',
    { P: parallel([program({ T: task('throwing') })], caught) },
    'TaskFailed',
    [
      '1 <. TaskFailed',
      '2 <1 TaskStateAborted',
      '3 <1 ParallelStateFailed',
      '4 <3 ParallelStateExited',
      '5 <4 SucceedStateEntered',
      '6 <5 SucceedStateExited',
      '7 <6 ExecutionSucceeded',
    ],
  ],
  [
    'a Fail leaves nothing (measured)',
    { P: parallel([program({ F: fail })]) },
    'F',
    ['1 <. FailStateEntered', '2 <1 ParallelStateFailed', '3 <2 ExecutionFailed'],
  ],
  [
    'neither does an expression that fails in a Pass (measured)',
    { P: parallel([program({ U: { ...end, Output: '{% $nothing %}' } })]) },
    'EvaluationFailed',
    ['1 <. EvaluationFailed', '2 <1 ParallelStateFailed', '3 <2 ExecutionFailed'],
  ],
  [
    'a failure that nothing can catch leaves only the end (measured)',
    { P: parallel([program({ L: { ...end, Output: "{% $pad('', 270000, 'x') %}" } }), program({ W: wait(60) })]) },
    'W',
    ['1 <. WaitStateEntered', '2 <. ExecutionFailed'],
  ],
  [
    'siblings in the order of the branches: a call in flight, a Wait, one that waits for its token',
    {
      P: parallel(
        [
          program({ T: task('never') }),
          program({ W: wait(60) }),
          failing('F'),
          program({ K: tokenTask('fine') }),
          program({ Done: end }),
        ],
        caught,
      ),
    },
    'F',
    [
      '1 <. FailStateEntered',
      '2 <1 TaskStateAborted',
      '3 <1 WaitStateAborted',
      '4 <1 TaskStateAborted',
      '5 <1 ParallelStateFailed',
      '6 <5 ParallelStateExited',
      '7 <6 SucceedStateEntered',
      '8 <7 SucceedStateExited',
      '9 <8 ExecutionSucceeded',
    ],
  ],
  [
    'one that waits for another attempt',
    {
      P: parallel([
        program({ T: task('throwing', { Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 60 }] }) }),
        failing('F'),
      ]),
    },
    'F',
    ['1 <. FailStateEntered', '2 <1 TaskStateAborted', '3 <1 ParallelStateFailed', '4 <3 ExecutionFailed'],
  ],
  [
    'a Parallel below, from outside in',
    {
      P: parallel([program({ Q: parallel([program({ W: wait(60) }), program({ T: task('never') })]) }), failing('F')]),
    },
    'F',
    [
      '1 <. FailStateEntered',
      '2 <1 ParallelStateAborted',
      '3 <1 WaitStateAborted',
      '4 <1 TaskStateAborted',
      '5 <1 ParallelStateFailed',
      '6 <5 ExecutionFailed',
    ],
  ],
  [
    'a Map below, from outside in',
    { P: parallel([program({ M: map({ W: wait(60) }, { MaxConcurrency: 2, End: true }) }), failing('F')]) },
    'F',
    [
      '1 <. FailStateEntered',
      '2 <1 MapStateAborted',
      '3 <1 MapIterationAborted #0',
      '4 <1 WaitStateAborted',
      '5 <1 MapIterationAborted #1',
      '6 <1 WaitStateAborted',
      '7 <1 ParallelStateFailed',
      '8 <7 ExecutionFailed',
    ],
  ],
  [
    'a Parallel below that failed has its own event',
    { P: parallel([program({ Q: parallel([failing('F')]) }), program({ W: wait(60) })]) },
    'F',
    [
      '1 <. FailStateEntered',
      '2 <1 ParallelStateFailed',
      '3 <2 WaitStateAborted',
      '4 <2 ParallelStateFailed',
      '5 <4 ExecutionFailed',
    ],
  ],
];

const ofMap: readonly Row[] = [
  [
    'the iteration, then the state in it (recorded); what failed comes first',
    { M: map(failsAt(1), caught) },
    'F',
    [
      '1 <. FailStateEntered',
      '2 <1 MapIterationFailed #1',
      '3 <1 MapIterationAborted #0',
      '4 <1 WaitStateAborted',
      '5 <1 MapIterationAborted #2',
      '6 <1 WaitStateAborted',
      '7 <1 MapStateFailed',
      '8 <7 MapStateExited',
      '9 <8 SucceedStateEntered',
      '10 <9 SucceedStateExited',
      '11 <10 ExecutionSucceeded',
    ],
  ],
  [
    'calls that time out at the same moment have all timed out (recorded)',
    { M: map({ T: task('never', { TimeoutSeconds: 5 }) }) },
    'TaskTimedOut',
    [
      '1 <. TaskTimedOut',
      '2 <. TaskTimedOut',
      '3 <. TaskTimedOut',
      '4 <1 MapIterationFailed #0',
      '5 <1 TaskStateAborted',
      '6 <1 MapIterationAborted #1',
      '7 <1 TaskStateAborted',
      '8 <1 MapIterationAborted #2',
      '9 <1 TaskStateAborted',
      '10 <1 MapStateFailed',
      '11 <10 ExecutionFailed',
    ],
  ],
  [
    'one iteration after the other: those that have not begun leave nothing',
    { M: map({ T: task('throwing') }, { MaxConcurrency: 1, End: true }) },
    'TaskFailed',
    [
      '1 <. TaskFailed',
      '2 <1 MapIterationFailed #0',
      '3 <1 TaskStateAborted',
      '4 <1 MapStateFailed',
      '5 <4 ExecutionFailed',
    ],
  ],
  [
    'a failure that the Map tolerates stops nothing else',
    { M: map(failsAt(1), { ToleratedFailureCount: 1, End: true }) },
    'F',
    [
      '1 <. FailStateEntered',
      '2 <1 MapIterationFailed #1',
      '3 <. WaitStateExited',
      '4 <. WaitStateExited',
      '5 <3 MapIterationSucceeded #0',
      '6 <4 MapIterationSucceeded #2',
      '7 <6 MapStateSucceeded',
      '8 <6 MapStateExited',
      '9 <8 ExecutionSucceeded',
    ],
  ],
  [
    'a failure that nothing can catch leaves only the end (measured)',
    { M: map({ L: { ...end, Output: "{% $pad('', 270000, 'x') %}" } }, { MaxConcurrency: 1, End: true }) },
    'L',
    ['1 <. PassStateEntered', '2 <1 ExecutionFailed'],
  ],
  [
    'a Parallel in each iteration',
    { M: map({ P: parallel([failing('F'), program({ W: wait(60) })]) }, { MaxConcurrency: 1, End: true }) },
    'F',
    [
      '1 <. FailStateEntered',
      '2 <1 WaitStateAborted',
      '3 <1 ParallelStateFailed',
      '4 <3 MapIterationFailed #0',
      '5 <3 MapStateFailed',
      '6 <5 ExecutionFailed',
    ],
  ],
];

describe('Parallel', () => {
  test.each(ofParallel)('%s', async (_, states, from, expected) => {
    expect(await historyAfter(states, from)).toEqual(expected);
  });
});

describe('inline Map', () => {
  test.each(ofMap)('%s', async (_, states, from, expected) => {
    expect(await historyAfter(states, from)).toEqual(expected);
  });
});

test('a Catch that cannot be evaluated fails the state a second time (measured)', async () => {
  const P = parallel([program({ F: fail })], {
    Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $nothing %}', Next: 'Last' }],
    End: true,
  });
  expect(await historyAfter({ P }, 'ParallelStateFailed')).toEqual([
    '1 <. ParallelStateFailed',
    '2 <. EvaluationFailed',
    '3 <2 ParallelStateFailed',
    '4 <3 ExecutionFailed',
  ]);
});

test('the children of a Distributed Map end with its branch', async () => {
  const fixture = new EngineFixture({ functions: { never } });
  const M = { ...distributedMap({ T: task('never') }), Items: [1, 2] };
  const arn = await fixture.start(machine({ P: parallel([program({ M }), failing('F')], caught), Last: wait(3600) }));
  const [run] = fixture.engine.history(arn).filter(({ type }) => type === 'MapRunStarted');
  const children = async () =>
    (await fixture.engine.listExecutions({ mapRunArn: String(run?.details?.mapRunArn) })).executions;
  expect((await children()).map(({ status }) => status)).toEqual(['RUNNING', 'RUNNING']);
  fixture.clock.runNext();
  await fixture.engine.idle();
  expect((await children()).map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED']);
  expect(fixture.types(arn).filter((type) => type.endsWith('Aborted'))).toEqual(['MapStateAborted', 'MapRunAborted']);
  expect(await fixture.describe(arn)).toMatchObject({ status: 'RUNNING' });
  expect(fixture.defects).toEqual([]);
});
