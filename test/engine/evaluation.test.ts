import { expect, test } from 'vitest';
import { task } from './engine-fixture.ts';
import { end, failingWith, historyOf, inline, type Story } from './whole-history.ts';

/** What happens to a state whose expression cannot be evaluated, with the messages of Step Functions, as recorded. */

const stories: readonly Story[] = [
  {
    what: 'a Map whose Items are no list: a failure before the start follows from the event before the state',
    states: { M: { Type: 'Map', Items: '{% $states.input %}', ItemProcessor: inline({ I: end }), End: true } },
    input: { a: 1 },
    history: [
      '2 <0 MapStateEntered {"input":{"a":1},"name":"M"}',
      `3 <0 EvaluationFailed {"cause":"An error occurred while executing the state 'M' (entered at the event id #2). The JSONata expression '$states.input' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {"a":1}","error":"States.QueryEvaluationError","location":"Items","state":"M"}`,
      '4 <3 MapStateFailed',
      `5 <4 ExecutionFailed {"cause":"An error occurred while executing the state 'M' (entered at the event id #2). The JSONata expression '$states.input' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {"a":1}","error":"States.QueryEvaluationError"}`,
    ],
  },
  {
    what: 'a Map whose input is no list',
    states: { M: { Type: 'Map', ItemProcessor: inline({ I: end }), End: true } },
    input: 3,
    history: [
      '2 <0 MapStateEntered {"input":3,"name":"M"}',
      `3 <0 EvaluationFailed {"cause":"An error occurred while executing the state 'M' (entered at the event id #2). Map state input must be an array but was: 3","error":"States.QueryEvaluationError","state":"M"}`,
      '4 <3 MapStateFailed',
      `5 <4 ExecutionFailed {"cause":"An error occurred while executing the state 'M' (entered at the event id #2). Map state input must be an array but was: 3","error":"States.QueryEvaluationError"}`,
    ],
  },
  {
    what: 'an expression that gives nothing, with the place in its field',
    states: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Output: { r: '{% $none %}' }, End: true } },
    history: [
      '2 <0 PassStateEntered {"input":{},"name":"A"}',
      '3 <2 PassStateExited {"name":"A","output":{}}',
      '4 <3 PassStateEntered {"input":{},"name":"B"}',
      `5 <3 EvaluationFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #4). The JSONata expression '$none' specified for the field 'Output/r' returned nothing (undefined).","error":"States.QueryEvaluationError","location":"Output/r","state":"B"}`,
      `6 <5 ExecutionFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #4). The JSONata expression '$none' specified for the field 'Output/r' returned nothing (undefined).","error":"States.QueryEvaluationError"}`,
    ],
  },
  {
    what: 'an expression that gives a function',
    states: { B: { Type: 'Pass', Output: { r: ['{% $sum %}'] }, End: true } },
    history: [
      '2 <0 PassStateEntered {"input":{},"name":"B"}',
      `3 <0 EvaluationFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #2). The JSONata expression '$sum' specified for the field 'Output/r[0]' returned an unsupported result type.","error":"States.QueryEvaluationError","location":"Output/r[0]","state":"B"}`,
      `4 <3 ExecutionFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #2). The JSONata expression '$sum' specified for the field 'Output/r[0]' returned an unsupported result type.","error":"States.QueryEvaluationError"}`,
    ],
  },
  {
    what: 'Items that are a function, like any other field',
    states: { M: { Type: 'Map', Items: '{% function($x) { $x } %}', ItemProcessor: inline({ I: end }), End: true } },
    history: [
      '2 <0 MapStateEntered {"input":{},"name":"M"}',
      `3 <0 EvaluationFailed {"cause":"An error occurred while executing the state 'M' (entered at the event id #2). The JSONata expression 'function($x) { $x }' specified for the field 'Items' returned an unsupported result type.","error":"States.QueryEvaluationError","location":"Items","state":"M"}`,
      '4 <3 MapStateFailed',
      `5 <4 ExecutionFailed {"cause":"An error occurred while executing the state 'M' (entered at the event id #2). The JSONata expression 'function($x) { $x }' specified for the field 'Items' returned an unsupported result type.","error":"States.QueryEvaluationError"}`,
    ],
  },
  {
    what: 'an object with a function in it',
    states: { B: { Type: 'Pass', Assign: { v: '{% {"a": [$sum]} %}' }, End: true } },
    history: [
      '2 <0 PassStateEntered {"input":{},"name":"B"}',
      `3 <0 EvaluationFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #2). The JSONata expression '{"a": [$sum]}' specified for the field 'Assign/v' returned an unsupported result type.","error":"States.QueryEvaluationError","location":"Assign/v","state":"B"}`,
      `4 <3 ExecutionFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #2). The JSONata expression '{"a": [$sum]}' specified for the field 'Assign/v' returned an unsupported result type.","error":"States.QueryEvaluationError"}`,
    ],
  },
  {
    what: 'a condition that throws',
    states: { B: { Type: 'Choice', Choices: [{ Condition: "{% $number('x') %}", Next: 'C' }] }, C: end },
    history: [
      '2 <0 ChoiceStateEntered {"input":{},"name":"B"}',
      `3 <0 EvaluationFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #2). The JSONata expression '$number('x')' specified for the field 'Choices[0]/Condition' threw an error during evaluation. D3030: Unable to cast value to a number: "x"","error":"States.QueryEvaluationError","location":"Choices[0]/Condition","state":"B"}`,
      `4 <3 ExecutionFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #2). The JSONata expression '$number('x')' specified for the field 'Choices[0]/Condition' threw an error during evaluation. D3030: Unable to cast value to a number: "x"","error":"States.QueryEvaluationError"}`,
    ],
  },
  {
    what: 'a condition that is not boolean',
    states: { B: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'C' }] }, C: end },
    history: [
      '2 <0 ChoiceStateEntered {"input":{},"name":"B"}',
      `3 <0 EvaluationFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #2). The JSONata expression '1' specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1","error":"States.QueryEvaluationError","location":"Choices[0]/Condition","state":"B"}`,
      `4 <3 ExecutionFailed {"cause":"An error occurred while executing the state 'B' (entered at the event id #2). The JSONata expression '1' specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1","error":"States.QueryEvaluationError"}`,
    ],
  },
  {
    what: 'an invalid time: the expression itself was fine, so it follows from the entry',
    states: { W: { Type: 'Wait', Timestamp: '{% "2016-13-05T21:29:29Z" %}', End: true } },
    history: [
      '2 <0 WaitStateEntered {"input":{},"name":"W"}',
      `3 <2 EvaluationFailed {"cause":"An error occurred while executing the state 'W' (entered at the event id #2). The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-13-05T21:29:29Z","error":"States.QueryEvaluationError","location":"Timestamp","state":"W"}`,
      `4 <3 ExecutionFailed {"cause":"An error occurred while executing the state 'W' (entered at the event id #2). The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-13-05T21:29:29Z","error":"States.QueryEvaluationError"}`,
    ],
  },
  {
    what: 'a Catch that cannot be evaluated',
    states: { T: task('f', { Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $none %}', Next: 'C' }] }), C: end },
    functions: { f: failingWith('X', 'no') },
    history: [
      '2 <0 TaskStateEntered {"input":{},"name":"T"}',
      '3 <2 TaskScheduled {"parameters":{"FunctionName":"f","Payload":{}},"resourceType":"lambda","resource":"invoke"}',
      '4 <3 TaskStarted {"resourceType":"lambda","resource":"invoke"}',
      '5 <4 TaskFailed {"error":"X","cause":"{"errorType":"X","errorMessage":"no"…}","resourceType":"lambda","resource":"invoke"}',
      `6 <5 EvaluationFailed {"cause":"An error occurred while executing the state 'T' (entered at the event id #2). The JSONata expression '$none' specified for the field 'Catch[0]/Output' returned nothing (undefined).","error":"States.QueryEvaluationError","location":"Catch[0]/Output","state":"T"}`,
      `7 <6 ExecutionFailed {"cause":"An error occurred while executing the state 'T' (entered at the event id #2). The JSONata expression '$none' specified for the field 'Catch[0]/Output' returned nothing (undefined).","error":"States.QueryEvaluationError"}`,
    ],
  },
];

test.each(stories)('$what', async (story) => {
  expect(await historyOf(story)).toEqual(story.history);
});
