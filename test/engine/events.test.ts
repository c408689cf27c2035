import { expect, test } from 'vitest';
import type { Json } from '../../lib/engine/json.ts';
import { distributedMap, task, tokenTask } from './engine-fixture.ts';
import { end, failingWith, historyOf, inline, type Story } from './whole-history.ts';

/**
 * Which events there are, what each follows from, and what it contains. We learned this from recordings of Step
 * Functions; each row is a small machine. `npm run test:recordings` compares the engine with the recordings.
 */

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const ofFunction = (more: object = {}) => ({ Type: 'Task', Resource: functionArn, End: true, ...more });

const stories: readonly Story[] = [
  {
    what: 'a Pass, a Choice, a Wait and a Succeed: each follows from the last, and the first from nothing',
    states: {
      A: { Type: 'Pass', Output: { n: 1 }, Assign: { v: 2 }, Next: 'B' },
      B: { Type: 'Choice', Choices: [{ Condition: '{% $v = 2 %}', Next: 'C' }] },
      C: { Type: 'Wait', Seconds: 3, Next: 'D' },
      D: { Type: 'Succeed' },
    },
    history: [
      '2 <0 PassStateEntered {"input":{},"name":"A"}',
      '3 <2 PassStateExited {"assignedVariables":{"v":2},"name":"A","output":{"n":1}}',
      '4 <3 ChoiceStateEntered {"input":{"n":1},"name":"B"}',
      '5 <4 ChoiceStateExited {"name":"B","output":{"n":1}}',
      '6 <5 WaitStateEntered {"input":{"n":1},"name":"C"}',
      '7 <6 WaitStateExited {"name":"C","output":{"n":1}}',
      '8 <7 SucceedStateEntered {"input":{"n":1},"name":"D"}',
      '9 <8 SucceedStateExited {"name":"D","output":{"n":1}}',
      '10 <9 ExecutionSucceeded {"output":{"n":1}}',
    ],
  },
  {
    what: 'a Fail is never left',
    states: { F: { Type: 'Fail', Error: 'E', Cause: "{% 'c' & 1 %}" } },
    history: ['2 <0 FailStateEntered {"input":{},"name":"F"}', '3 <2 ExecutionFailed {"cause":"c1","error":"E"}'],
  },
  {
    what: 'a call by lambda:invoke',
    states: { T: task('f') },
    input: { a: 1 },
    functions: { f: (payload: Json) => payload },
    history: [
      '2 <0 TaskStateEntered {"input":{"a":1},"name":"T"}',
      '3 <2 TaskScheduled {"parameters":{"FunctionName":"f","Payload":{"a":1}},"resourceType":"lambda","resource":"invoke"}',
      '4 <3 TaskStarted {"resourceType":"lambda","resource":"invoke"}',
      '5 <4 TaskSucceeded {"output":{"Payload":{"a":1},…},"resourceType":"lambda","resource":"invoke"}',
      '6 <5 TaskStateExited {"name":"T","output":{"Payload":{"a":1},…}}',
      '7 <6 ExecutionSucceeded {"output":{"Payload":{"a":1},…}}',
    ],
  },
  {
    what: 'a call that times out',
    states: { T: task('f', { TimeoutSeconds: 9, HeartbeatSeconds: 3 }) },
    functions: { f: () => new Promise(() => undefined) },
    history: [
      '2 <0 TaskStateEntered {"input":{},"name":"T"}',
      '3 <2 TaskScheduled {"parameters":{"FunctionName":"f","Payload":{}},"resourceType":"lambda","resource":"invoke","timeoutInSeconds":9,"heartbeatInSeconds":3}',
      '4 <3 TaskStarted {"resourceType":"lambda","resource":"invoke"}',
      '5 <4 TaskTimedOut {"error":"States.Timeout","resourceType":"lambda","resource":"invoke"}',
      '6 <5 ExecutionFailed {"error":"States.Timeout"}',
    ],
  },
  {
    what: 'a task that waits for its token, and its heartbeat',
    states: { T: tokenTask('f', { HeartbeatSeconds: 3 }) },
    functions: { f: () => null },
    history: [
      '2 <0 TaskStateEntered {"input":{},"name":"T"}',
      '3 <2 TaskScheduled {"parameters":{"FunctionName":"f","Payload":{"token":"TOKEN"}},"resourceType":"lambda","resource":"invoke.waitForTaskToken","heartbeatInSeconds":3}',
      '4 <3 TaskStarted {"resourceType":"lambda","resource":"invoke.waitForTaskToken"}',
      '5 <4 TaskSubmitted {"output":{"Payload":null,…},"resourceType":"lambda","resource":"invoke.waitForTaskToken"}',
      '6 <5 TaskTimedOut {"error":"States.HeartbeatTimeout","resourceType":"lambda","resource":"invoke.waitForTaskToken"}',
      '7 <6 ExecutionFailed {"error":"States.HeartbeatTimeout"}',
    ],
  },
  {
    what: 'a call that fails, is retried, and is caught: no event shows the pause',
    states: {
      T: task('f', {
        Retry: [{ ErrorEquals: ['X'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['X'], Assign: { e: '{% $states.errorOutput.Error %}' }, Output: 0, Next: 'C' }],
      }),
      C: end,
    },
    functions: { f: failingWith('X', 'no') },
    history: [
      '2 <0 TaskStateEntered {"input":{},"name":"T"}',
      '3 <2 TaskScheduled {"parameters":{"FunctionName":"f","Payload":{}},"resourceType":"lambda","resource":"invoke"}',
      '4 <3 TaskStarted {"resourceType":"lambda","resource":"invoke"}',
      '5 <4 TaskFailed {"error":"X","cause":"{"errorType":"X","errorMessage":"no"…}","resourceType":"lambda","resource":"invoke"}',
      '6 <5 TaskScheduled {"parameters":{"FunctionName":"f","Payload":{}},"resourceType":"lambda","resource":"invoke"}',
      '7 <6 TaskStarted {"resourceType":"lambda","resource":"invoke"}',
      '8 <7 TaskFailed {"error":"X","cause":"{"errorType":"X","errorMessage":"no"…}","resourceType":"lambda","resource":"invoke"}',
      '9 <8 TaskStateExited {"assignedVariables":{"e":"X"},"name":"T","output":0}',
      '10 <9 PassStateEntered {"input":0,"name":"C"}',
      '11 <10 PassStateExited {"name":"C","output":0}',
      '12 <11 ExecutionSucceeded {"output":0}',
    ],
  },
  {
    what: 'an error of the service itself has a plain cause',
    states: { T: task('f') },
    functions: { f: failingWith('Lambda.TooManyRequestsException', 'slow') },
    history: [
      '2 <0 TaskStateEntered {"input":{},"name":"T"}',
      '3 <2 TaskScheduled {"parameters":{"FunctionName":"f","Payload":{}},"resourceType":"lambda","resource":"invoke"}',
      '4 <3 TaskStarted {"resourceType":"lambda","resource":"invoke"}',
      '5 <4 TaskFailed {"error":"Lambda.TooManyRequestsException","cause":"slow","resourceType":"lambda","resource":"invoke"}',
      '6 <5 ExecutionFailed {"cause":"slow","error":"Lambda.TooManyRequestsException"}',
    ],
  },
  {
    what: 'a function by its ARN gets its input, and gives its bare result',
    states: { T: ofFunction() },
    input: 5,
    functions: { f: (n: number) => n + 1 },
    history: [
      '2 <0 TaskStateEntered {"input":5,"name":"T"}',
      '3 <2 LambdaFunctionScheduled {"input":5,"resource":"arn:aws:lambda:us-east-1:000000000000:function:f"}',
      '4 <3 LambdaFunctionStarted',
      '5 <4 LambdaFunctionSucceeded {"output":6}',
      '6 <5 TaskStateExited {"name":"T","output":6}',
      '7 <6 ExecutionSucceeded {"output":6}',
    ],
  },
  {
    what: 'a function by its ARN gets a text as it is, and has a time-out, but no heartbeat',
    states: { T: ofFunction({ Arguments: '{% "[1]" %}', TimeoutSeconds: 4, HeartbeatSeconds: 2 }) },
    functions: { f: (payload: Json) => payload },
    history: [
      '2 <0 TaskStateEntered {"input":{},"name":"T"}',
      '3 <2 LambdaFunctionScheduled {"input":"[1]","resource":"arn:aws:lambda:us-east-1:000000000000:function:f","timeoutInSeconds":4}',
      '4 <3 LambdaFunctionStarted',
      '5 <4 LambdaFunctionSucceeded {"output":"[1]"}',
      '6 <5 TaskStateExited {"name":"T","output":"[1]"}',
      '7 <6 ExecutionSucceeded {"output":"[1]"}',
    ],
  },
  {
    what: 'a function by its ARN that fails',
    states: { T: ofFunction() },
    functions: { f: failingWith('X', 'no') },
    history: [
      '2 <0 TaskStateEntered {"input":{},"name":"T"}',
      '3 <2 LambdaFunctionScheduled {"input":{},"resource":"arn:aws:lambda:us-east-1:000000000000:function:f"}',
      '4 <3 LambdaFunctionStarted',
      '5 <4 LambdaFunctionFailed {"error":"X","cause":"{"errorType":"X","errorMessage":"no"…}"}',
      '6 <5 ExecutionFailed {"cause":"{"errorType":"X","errorMessage":"no"…}","error":"X"}',
    ],
  },
  {
    what: 'a function by its ARN that times out',
    states: { T: ofFunction({ TimeoutSeconds: 4 }) },
    functions: { f: () => new Promise(() => undefined) },
    history: [
      '2 <0 TaskStateEntered {"input":{},"name":"T"}',
      '3 <2 LambdaFunctionScheduled {"input":{},"resource":"arn:aws:lambda:us-east-1:000000000000:function:f","timeoutInSeconds":4}',
      '4 <3 LambdaFunctionStarted',
      '5 <4 LambdaFunctionTimedOut {"error":"States.Timeout"}',
      '6 <5 ExecutionFailed {"error":"States.Timeout"}',
    ],
  },
  {
    what: 'a result that is too large fails its task, and States.ALL catches that',
    states: { T: task('f', { Catch: [{ ErrorEquals: ['States.ALL'], Output: 0, Next: 'C' }] }), C: end },
    functions: { f: () => 'x'.repeat(270_000) },
    history: [
      '2 <0 TaskStateEntered {"input":{},"name":"T"}',
      '3 <2 TaskScheduled {"parameters":{"FunctionName":"f","Payload":{}},"resourceType":"lambda","resource":"invoke"}',
      '4 <3 TaskStarted {"resourceType":"lambda","resource":"invoke"}',
      `5 <4 TaskFailed {"error":"States.DataLimitExceeded","cause":"The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.","resourceType":"lambda","resource":"invoke"}`,
      '6 <5 TaskStateExited {"name":"T","output":0}',
      '7 <6 PassStateEntered {"input":0,"name":"C"}',
      '8 <7 PassStateExited {"name":"C","output":0}',
      '9 <8 ExecutionSucceeded {"output":0}',
    ],
  },
  {
    what: 'a Map: an iteration takes the place of the one that ended',
    states: { M: { Type: 'Map', Items: [7, 8], MaxConcurrency: 1, ItemProcessor: inline({ I: end }), End: true } },
    history: [
      '2 <0 MapStateEntered {"input":{},"name":"M"}',
      '3 <2 MapStateStarted {"length":2}',
      '4 <3 MapIterationStarted {"index":0,"name":"M"}',
      '5 <4 PassStateEntered {"input":7,"name":"I"}',
      '6 <5 PassStateExited {"name":"I","output":7}',
      '7 <6 MapIterationSucceeded {"index":0,"name":"M"}',
      '8 <6 MapIterationStarted {"index":1,"name":"M"}',
      '9 <8 PassStateEntered {"input":8,"name":"I"}',
      '10 <9 PassStateExited {"name":"I","output":8}',
      '11 <10 MapIterationSucceeded {"index":1,"name":"M"}',
      '12 <11 MapStateSucceeded',
      '13 <11 MapStateExited {"name":"M","output":[7,8]}',
      '14 <13 ExecutionSucceeded {"output":[7,8]}',
    ],
  },
  {
    what: 'a Map of nothing',
    states: { M: { Type: 'Map', Items: [], ItemProcessor: inline({ I: end }), End: true } },
    history: [
      '2 <0 MapStateEntered {"input":{},"name":"M"}',
      '3 <2 MapStateStarted {"length":0}',
      '4 <3 MapStateSucceeded',
      '5 <3 MapStateExited {"name":"M","output":[]}',
      '6 <5 ExecutionSucceeded {"output":[]}',
    ],
  },
  {
    what: 'a Map that fails, begins again, and is caught',
    states: {
      M: {
        ...{ Type: 'Map', Items: [7], ItemProcessor: inline({ I: { Type: 'Fail', Error: 'B' } }), End: true },
        Retry: [{ ErrorEquals: ['B'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['B'], Next: 'C' }],
      },
      C: end,
    },
    history: [
      '2 <0 MapStateEntered {"input":{},"name":"M"}',
      '3 <2 MapStateStarted {"length":1}',
      '4 <3 MapIterationStarted {"index":0,"name":"M"}',
      '5 <4 FailStateEntered {"input":7,"name":"I"}',
      '6 <5 MapIterationFailed {"index":0,"name":"M"}',
      '7 <5 MapStateStarted {"length":1}',
      '8 <7 MapIterationStarted {"index":0,"name":"M"}',
      '9 <8 FailStateEntered {"input":7,"name":"I"}',
      '10 <9 MapIterationFailed {"index":0,"name":"M"}',
      '11 <9 MapStateFailed',
      '12 <11 MapStateExited {"name":"M","output":{"Error":"B"}}',
      '13 <12 PassStateEntered {"input":{"Error":"B"},"name":"C"}',
      '14 <13 PassStateExited {"name":"C","output":{"Error":"B"}}',
      '15 <14 ExecutionSucceeded {"output":{"Error":"B"}}',
    ],
  },
  {
    what: 'a Parallel: branches follow from its start, each on its own',
    states: {
      P: {
        ...{ Type: 'Parallel', End: true },
        Branches: [inline({ A: { Type: 'Pass', Next: 'B' }, B: end }), inline({ C: end })],
      },
    },
    history: [
      '2 <0 ParallelStateEntered {"input":{},"name":"P"}',
      '3 <2 ParallelStateStarted',
      '4 <3 PassStateEntered {"input":{},"name":"A"}',
      '5 <3 PassStateEntered {"input":{},"name":"C"}',
      '6 <4 PassStateExited {"name":"A","output":{}}',
      '7 <6 PassStateEntered {"input":{},"name":"B"}',
      '8 <5 PassStateExited {"name":"C","output":{}}',
      '9 <7 PassStateExited {"name":"B","output":{}}',
      '10 <9 ParallelStateSucceeded',
      '11 <9 ParallelStateExited {"name":"P","output":[{},{}]}',
      '12 <11 ExecutionSucceeded {"output":[{},{}]}',
    ],
  },
  {
    what: 'a Distributed Map: its children have histories of their own',
    states: { D: distributedMap({ I: end }) },
    input: { items: [1, 2] },
    history: [
      '2 <0 MapStateEntered {"input":{"items":[1,2]},"name":"D"}',
      '3 <2 MapStateStarted {"length":2}',
      '4 <3 MapRunStarted {"mapRunArn":"arn:aws:states:us-east-1:000000000000:mapRun:machine/Items:RANDOM"}',
      '5 <4 MapRunSucceeded',
      '6 <5 MapStateSucceeded',
      '7 <5 MapStateExited {"name":"D","output":[1,2]}',
      '8 <7 ExecutionSucceeded {"output":[1,2]}',
    ],
  },
  {
    what: 'a Distributed Map with too many failures',
    states: { D: distributedMap({ I: { Type: 'Fail', Error: 'B' } }) },
    input: { items: [1, 2] },
    history: [
      '2 <0 MapStateEntered {"input":{"items":[1,2]},"name":"D"}',
      '3 <2 MapStateStarted {"length":2}',
      '4 <3 MapRunStarted {"mapRunArn":"arn:aws:states:us-east-1:000000000000:mapRun:machine/Items:RANDOM"}',
      '5 <4 MapRunFailed {"error":"States.ExceedToleratedFailureThreshold","cause":"The specified tolerated failure threshold was exceeded"}',
      '6 <5 MapStateFailed',
      '7 <6 ExecutionFailed {"cause":"The specified tolerated failure threshold was exceeded","error":"States.ExceedToleratedFailureThreshold"}',
    ],
  },
];

test.each(stories)('$what', async (story) => {
  expect(await historyOf(story)).toEqual(story.history);
});
