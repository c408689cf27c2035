import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadDefinition } from '../../lib/engine/definition/load.ts';
import { DefinitionRefused } from '../../lib/engine/definition/problems.ts';
import { ExpressionCompiler } from '../../lib/engine/jsonata/expression.ts';
import { distributedMap, machine, task, tokenTask } from './engine-fixture.ts';

const compiler = new ExpressionCompiler({ now: () => 0, random: () => 0, uuid: () => 'id' });
const load = (definition: unknown) =>
  loadDefinition(typeof definition === 'string' ? definition : JSON.stringify(definition), compiler);
const refusal = (definition: unknown): DefinitionRefused => {
  try {
    load(definition);
  } catch (error) {
    if (error instanceof DefinitionRefused) return error;
    throw error;
  }
  throw new Error('The definition was accepted');
};

const pass = { Type: 'Pass', End: true };
const one = (state: object, more: object = {}): object => machine({ Start: state }, more);
const inlineMap = (more: object = {}, processor: object = {}): object => ({
  Type: 'Map',
  ItemProcessor: { StartAt: 'Inner', States: { Inner: pass }, ...processor },
  End: true,
  ...more,
});

test.each(['batch', 'watch', 'preview'])('understands our own %s machine completely', (name) => {
  const definition = load(readFileSync(`statemachines/${name}.asl.json`, 'utf8'));
  expect(definition.program.states.size).toBeGreaterThan(1);
});

describe('refuses by name what the engine does not run', () => {
  test.each<[string, object, string]>([
    ['a JSONPath field in a JSONata state', one({ ...pass, ResultPath: '$.a' }), 'Pass.ResultPath'],
    [
      'paths in a JSONPath state',
      { StartAt: 'S', States: { S: { ...pass, Parameters: { 'a.$': '$.b' } } } },
      'Pass.Parameters',
    ],
    [
      'more than a reference path in Assign',
      { StartAt: 'S', States: { S: { ...pass, Assign: { 'a.$': '$.b[*]' } } } },
      'JSONPath',
    ],
    [
      'an intrinsic function',
      { StartAt: 'S', States: { S: { ...pass, Assign: { 'a.$': 'States.UUID()' } } } },
      'JSONPath',
    ],
    [
      'a JSONPath choice',
      { StartAt: 'S', States: { S: { Type: 'Choice', Choices: [{ Variable: '$.a', Next: 'S' }] } } },
      'Choice.Choices',
    ],
    [
      'another resource',
      one({ ...task('f'), Resource: 'arn:aws:states:::sqs:sendMessage' }),
      'Resource arn:aws:states:::sqs:sendMessage',
    ],
    [
      'an activity',
      one({ ...task('f'), Resource: 'arn:aws:states:us-east-1:111111111111:activity:a' }),
      'Resource arn:aws:states:us-east-1:111111111111:activity:a',
    ],
    ['credentials', one(task('f', { Credentials: { RoleArn: 'arn:aws:iam::1:role/x' } })), 'Task.Credentials'],
    [
      'an unknown argument of lambda:invoke',
      one(task('f', { Arguments: { FunctionName: 'f', LogType: 'Tail' } })),
      'lambda:invoke.LogType',
    ],
    ['an item reader', one(distributedMap({ A: pass }, { ItemReader: {} })), 'Map.ItemReader'],
    ['an item batcher', one(distributedMap({ A: pass }, { ItemBatcher: {} })), 'Map.ItemBatcher'],
    ['a result writer', one(distributedMap({ A: pass }, { ResultWriter: {} })), 'Map.ResultWriter'],
    [
      'express children',
      one(inlineMap({}, { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } })),
      'ProcessorConfig.ExecutionType EXPRESS',
    ],
    ['an iterator of old', one({ ...inlineMap(), Iterator: {} }), 'Map.Iterator'],
  ])('%s', (_, definition, feature) => {
    const { problems, message } = refusal(definition);
    expect(problems.map((problem) => problem.feature)).toContain(feature);
    expect(message).toContain('NOT_SUPPORTED_BY_EMBEDDED_ENGINE');
  });
});

describe('refuses what Step Functions itself refuses', () => {
  test.each<[string, unknown, string]>([
    ['no JSON', '{', 'INVALID_JSON_DESCRIPTION'],
    ['not an object', '[]', 'INVALID_JSON_DESCRIPTION'],
    [
      'an unknown field',
      one({ ...pass, Outptu: 1 }),
      `The field 'Outptu' of Pass state 'Start' is not known at /States/Start/Outptu`,
    ],
    [
      'an unknown field of the machine',
      one(pass, { Name: 'x' }),
      `The field 'Name' of the state machine is not known at /Name`,
    ],
    ['an unknown type', one({ Type: 'Loop', End: true }), `The field 'Type' of the state 'Start' must be one of`],
    [
      'a missing start',
      { QueryLanguage: 'JSONata', States: { A: pass } },
      `The field 'StartAt' is required but was missing`,
    ],
    ['a missing start', machine({ A: pass }, { StartAt: 'B' }), `Missing 'StartAt' target: B at /StartAt`],
    ['a missing next', one({ Type: 'Pass', Next: 'Gone' }), `Missing 'Next' target: Gone at /States/Start/Next`],
    [
      'a catch that leads nowhere',
      one(task('f', { Catch: [{ ErrorEquals: ['A'], Next: 'Gone' }] })),
      '/States/Start/Catch[0]/Next',
    ],
    ['an unreachable state', machine({ A: pass, B: pass }), `The state 'B' cannot be reached at /States/B`],
    ['no end', machine({ A: { Type: 'Pass', Next: 'A' } }), 'No state of the state machine is terminal'],
    ['next and end', one({ Type: 'Pass', Next: 'Start', End: true }), `must have either 'Next' or 'End': true`],
    ['neither next nor end', one({ Type: 'Pass' }), `must have either 'Next' or 'End': true`],
    [
      'a state twice',
      machine({ A: { ...inlineMap({}, { StartAt: 'A', States: { A: pass } }) } }),
      'DUPLICATE_STATE_NAME: Duplicate State name: A',
    ],
    [
      'a half-open expression',
      one({ ...pass, Output: '{% $states.input' }),
      `'Output' in Pass state 'Start' is a half-open JSONata expression`,
    ],
    [
      'the other half',
      one({ ...pass, Output: { a: ['$states.input %}'] } }),
      `'Output/a[0]' in Pass state 'Start' is a half-open`,
    ],
    [
      'a syntax error',
      one({ ...pass, Output: '{% 1 + %}' }),
      `The JSONata expression in 'Output' of Pass state 'Start' is not valid`,
    ],
    [
      '$eval',
      one({ ...pass, Output: "{% $map([1], function($v) { $eval('1') }) %}" }),
      'the function $eval is not available',
    ],
    [
      'a JSONPath state in a JSONata machine',
      one({ ...pass, QueryLanguage: 'JSONPath' }),
      'A JSONata state machine cannot have JSONPath states',
    ],
    [
      'Assign that is no object',
      one({ ...pass, Assign: '{% {} %}' }),
      `The field 'Assign' of Pass state 'Start' must be an object`,
    ],
    [
      'Assign to states',
      one({ ...pass, Assign: { states: 1 } }),
      `'states' in 'Assign' of Pass state 'Start' is not a name for a variable`,
    ],
    [
      'Assign in a Fail',
      one({ Type: 'Fail', Assign: { a: 1 } }),
      `The field 'Assign' of Fail state 'Start' is not known`,
    ],
    [
      'States.ALL beside another',
      one(task('f', { Retry: [{ ErrorEquals: ['States.ALL', 'A'] }] })),
      'States.ALL must stand alone',
    ],
    [
      'States.ALL before another',
      one(task('f', { Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] })),
      'States.ALL must stand alone',
    ],
    [
      'an unknown reserved error',
      one(task('f', { Retry: [{ ErrorEquals: ['States.Timeot'] }] })),
      `The error name 'States.Timeot'`,
    ],
    [
      'no errors to match',
      one(task('f', { Retry: [{ ErrorEquals: [] }] })),
      `The field 'ErrorEquals' of retrier 0 of Task state 'Start'`,
    ],
    [
      'an expression in a retrier',
      one(task('f', { Retry: [{ ErrorEquals: ['A'], MaxAttempts: '{% 1 %}' }] })),
      `'MaxAttempts' of retrier 0`,
    ],
    ['a factor below 1', one(task('f', { Retry: [{ ErrorEquals: ['A'], BackoffRate: 0.5 }] })), `'BackoffRate'`],
    [
      'a cap below the interval',
      one(task('f', { Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] })),
      'MaxDelaySeconds of retrier 0',
    ],
    [
      'an unknown jitter',
      one(task('f', { Retry: [{ ErrorEquals: ['A'], JitterStrategy: 'SOME' }] })),
      'must be FULL or NONE',
    ],
    ['a timeout of 0', one(task('f', { TimeoutSeconds: 0 })), `'TimeoutSeconds' of Task state 'Start'`],
    [
      'a heartbeat that is not below the timeout',
      one(task('f', { TimeoutSeconds: 5, HeartbeatSeconds: 5 })),
      'HeartbeatSeconds of Task state',
    ],
    [
      'no function name',
      one(task('f', { Arguments: { Payload: 1 } })),
      `The field 'FunctionName' is required but was missing`,
    ],
    [
      'a token that is not handed over',
      one(tokenTask('f', { Arguments: { FunctionName: 'f' } })),
      'must hand over the token',
    ],
    [
      'incomplete credentials, with the message of AWS',
      one(task('f', { Credentials: {} })),
      `The field 'RoleArn' is required but was missing at /States/Start/Credentials`,
    ],
    ['a choice without choices', one({ Type: 'Choice', Choices: [] }), 'must have at least one choice'],
    [
      'a condition that is a literal text',
      one({ Type: 'Choice', Choices: [{ Condition: 'yes', Next: 'Start' }] }),
      'must be a JSONata expression or a boolean',
    ],
    [
      'a wait for two things',
      one({ Type: 'Wait', Seconds: 1, Timestamp: '{% 1 %}', End: true }),
      `exactly one of 'Seconds' and 'Timestamp'`,
    ],
    ['a wait for nothing', one({ Type: 'Wait', End: true }), `exactly one of 'Seconds' and 'Timestamp'`],
    [
      'a parallel without branches',
      one({ Type: 'Parallel', Branches: [], End: true }),
      'must have at least one branch',
    ],
    [
      'a map without a processor',
      one({ Type: 'Map', End: true }),
      `The field 'ItemProcessor' is required but was missing`,
    ],
    [
      'distributed without a type',
      one(inlineMap({}, { ProcessorConfig: { Mode: 'DISTRIBUTED' } })),
      `The field 'ExecutionType' is required`,
    ],
    ['a label on an inline map', one(inlineMap({ Label: 'x' })), 'needs the mode DISTRIBUTED'],
    [
      'a label of 41 characters',
      one(distributedMap({ A: pass }, { Label: 'x'.repeat(41) })),
      'must have 1 to 40 characters',
    ],
    ['a label with a slash', one(distributedMap({ A: pass }, { Label: 'a/b' })), 'must have 1 to 40 characters'],
    [
      'more than 100 percent',
      one(distributedMap({ A: pass }, { ToleratedFailurePercentage: 101 })),
      `'ToleratedFailurePercentage'`,
    ],
    ['items that are a text', one(inlineMap({ Items: 'abc' })), 'must be a list or a JSONata expression'],
    [
      'a problem below a map',
      one(inlineMap({}, { States: { Inner: { ...pass, Foo: 1 } } })),
      '/States/Start/ItemProcessor/States/Inner/Foo',
    ],
    [
      'a problem in a branch',
      one({ Type: 'Parallel', Branches: [{ StartAt: 'X', States: { X: { ...pass, Foo: 1 } } }], End: true }),
      '/States/Start/Branches[0]/States/X/Foo',
    ],
  ])('%s', (_, definition, words) => {
    const error = refusal(definition);
    expect(error.name).toBe('InvalidDefinition');
    expect(error.message).toContain(words);
    expect(error.message).toMatch(/^Invalid State Machine Definition: '/);
  });

  test('reports all problems in one answer', () => {
    const { problems } = refusal(
      machine({ A: { Type: 'Pass', Next: 'Gone', Foo: 1 }, B: { Type: 'Wait', Seconds: -1, End: true } }),
    );
    expect(problems.map(({ pointer }) => pointer).sort()).toEqual([
      '/States/A/Foo',
      '/States/A/Next',
      '/States/B',
      '/States/B/Seconds',
    ]);
  });
});

test('outer spaces make a literal of what looks like an expression', () => {
  expect(() => load(one({ ...pass, Output: ' {% $states.input %} ' }))).not.toThrow();
});
