import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ExecutionCase, LambdaBehaviour, RecordedCase } from '../../lib/engine/conformance/case.ts';
import { invokeOf } from '../../lib/engine/conformance/lambdas.ts';
import { difference, historyDifference } from '../../lib/engine/conformance/match.ts';
import { main, report, runCases } from '../../lib/engine/conformance.ts';
import type { Json } from '../../lib/engine/json.ts';
import { VirtualClock } from '../../lib/engine/virtual-clock.ts';

describe('the script', () => {
  const passing: ExecutionCase = {
    id: 'passes',
    kind: 'execution',
    queryLanguage: 'JSONata',
    features: [],
    definition: {
      QueryLanguage: 'JSONata',
      StartAt: 'A',
      States: { A: { Type: 'Pass', Output: '{% 1 + 1 %}', End: true } },
    },
    lambdas: {},
    expected: { status: 'SUCCEEDED', output: 2 },
  };
  const differing: RecordedCase = { ...passing, id: 'differs', expected: { status: 'SUCCEEDED', output: 3 } };
  const refused: RecordedCase = {
    ...passing,
    id: 'is refused',
    definition: { StartAt: 'A', States: { A: { Type: 'Pass', ResultPath: '$.a', End: true } } },
  };
  const wronglyTaken: RecordedCase = {
    ...passing,
    id: 'is taken',
    kind: 'create-refused',
    expected: { refused: true },
  };
  const invalid: RecordedCase = {
    ...passing,
    id: 'is invalid',
    definition: { QueryLanguage: 'JSONata', StartAt: 'A', States: {} },
  };

  const question: RecordedCase = {
    id: 'asks',
    kind: 'test-state',
    queryLanguage: 'JSONata',
    features: [],
    definition: {
      Type: 'Task',
      QueryLanguage: 'JSONata',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
      Next: 'Then',
    },
    input: { n: 1 },
    request: { inspectionLevel: 'DEBUG', mock: { result: '{"StatusCode":200}' } },
    expected: {
      status: 'SUCCEEDED',
      output: { StatusCode: 200 },
      nextState: 'Then',
      inspectionData: {
        input: { n: 1 },
        afterArguments: { FunctionName: 'f', Payload: { n: 1 } },
        result: { StatusCode: 200 },
      },
    },
  };
  const { input: _, ...asked } = question;
  const denied: RecordedCase = {
    ...asked,
    id: 'is denied',
    kind: 'test-state-refused',
    request: { ...question.request, input: 1, context: { Map: {} } },
    expected: {
      refused: true,
      code: 'ValidationException',
      message: "Invalid Context object provided: 'Map' field is not supported when mocking a Context object",
    },
  };
  const waiting = { Type: 'Wait', QueryLanguage: 'JSONata', Seconds: 3600, End: true };
  const reading = { ...waiting, Type: 'Pass', Seconds: undefined, OutputPath: '$.a' };

  test.each<[string, RecordedCase, object]>([
    ['a question that is answered as recorded', question, { verdict: 'passed' }],
    [
      'another answer',
      { ...question, expected: { ...question.expected, nextState: 'Else' } },
      { verdict: 'differed', difference: 'answer.nextState: expected "Else", got "Then"' },
    ],
    [
      'an inspection that shows more than was recorded',
      { ...question, expected: { ...question.expected, inspectionData: { input: { n: 1 } } } },
      { verdict: 'differed', difference: expect.stringContaining('answer.inspectionData.afterArguments') },
    ],
    [
      'a state that needs what the engine lacks',
      { ...question, definition: JSON.parse(JSON.stringify(reading)) },
      { verdict: 'refused', features: ['Pass.OutputPath'] },
    ],
    [
      'a wait of an hour',
      { ...question, definition: waiting, request: {}, expected: { status: 'SUCCEEDED', output: { n: 1 } } },
      { verdict: 'passed' },
    ],
    [
      'a call without a mock',
      {
        ...question,
        lambdas: { f: { kind: 'return', value: 7 } },
        request: {},
        expected: { status: 'SUCCEEDED', output: '{{any}}', nextState: 'Then' },
      },
      { verdict: 'passed' },
    ],
    ['a question that is refused as recorded', denied, { verdict: 'passed' }],
    [
      'a question that is refused with another message',
      { ...denied, expected: { ...denied.expected, message: 'No.' } } as RecordedCase,
      { verdict: 'differed', difference: expect.stringContaining('refusal.message') },
    ],
    [
      'a question that should be refused',
      { ...denied, request: question.request } as RecordedCase,
      { verdict: 'differed', difference: 'the request was accepted' },
    ],
  ])('%s', async (_, recorded, verdict) => {
    expect(await runCases([recorded])).toEqual([{ id: recorded.id, ...verdict }]);
  });

  test('names each failed case and ends with the counts', async () => {
    const lines = report(await runCases([passing, refused, differing, wronglyTaken, invalid]));
    expect(lines.at(-1)).toBe('1 passed, 1 refused, 3 differed');
    expect(lines.join('\n')).toContain('differed differs\n    outcome.output: expected 3, got 2');
    expect(lines.join('\n')).toContain('refused is refused\n    Pass.ResultPath');
    expect(lines.join('\n')).toContain('differed is taken\n    the definition was accepted');
  });

  test.each([
    ['all passed', [passing], 0, '1 passed, 0 refused, 0 differed'],
    ['some are refused', [passing, refused, question], 0, '2 passed, 1 refused, 0 differed'],
    ['one differed', [passing, differing], 1, '1 passed, 0 refused, 1 differed'],
  ] as const)('ends with the exit status of what it found: %s', async (_, cases, status, last) => {
    const folder = mkdtempSync(join(tmpdir(), 'cases-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const lines: string[] = [];
    for (const content of [cases, { source: 'ours', cases }]) {
      writeFileSync(join(folder, 'cases.json'), JSON.stringify(content));
      expect(await main([join(folder, 'cases.json')], (line) => lines.push(line))).toBe(status);
      expect(lines.at(-1)).toBe(last);
    }
  });

  test('ends with 2 without arguments', async () => {
    expect(await main([], () => undefined)).toBe(2);
  });

  test.each([
    ['no/such.json', /^no\/such\.json cannot be read: ENOENT/],
    ['examples/small.yaml', /^examples\/small\.yaml cannot be read: Unexpected token/],
    ['package.json', /^package\.json has no recorded cases/],
    ['statemachines/watch.asl.json', /^statemachines\/watch\.asl\.json has no recorded cases/],
  ])('reports in one line a file without cases: %s', async (file, told) => {
    const lines: string[] = [];
    expect(await main([file], (line) => lines.push(line))).toBe(2);
    expect(lines).toEqual([expect.stringMatching(told)]);
    expect(lines.join()).not.toContain('\n');
  });

  test('reports a recorded history that differs', async () => {
    const events = [{ id: 1, previousEventId: 0, type: 'ExecutionStarted', details: { input: {} } }];
    const [verdict] = await runCases([{ ...passing, expected: { ...passing.expected, history: events } }]);
    expect(verdict).toMatchObject({ verdict: 'differed', difference: expect.stringContaining('more events') });
  });
});

describe('the functions of a case', () => {
  const call = async (behaviour: LambdaBehaviour | undefined, payload: Json): Promise<unknown> => {
    const clock = new VirtualClock();
    const called = invokeOf(behaviour === undefined ? {} : { f: behaviour }, clock)('f', payload);
    clock.runNext();
    return await called;
  };

  test.each<[string, LambdaBehaviour, Json, unknown]>([
    ['identity', { kind: 'identity' }, { a: 1 }, { a: 1 }],
    ['return', { kind: 'return', value: 5 }, null, 5],
    ['sleep', JSON.parse('{"kind":"sleep","seconds":60,"then":{"kind":"return","value":"late"}}'), null, 'late'],
    ['formatInput, a text', { kind: 'formatInput', prefix: 'got ' }, 'x', 'got x'],
    [
      'formatInput, as Python prints',
      { kind: 'formatInput', prefix: 'got ' },
      { a: [null, true, false, 1.5], b: "it's" },
      "got {'a': [None, True, False, 1.5], 'b': 'it's'}",
    ],
    ['returnLargeString', { kind: 'returnLargeString', char: 'é', length: 3 }, null, 'ééé'],
  ])('%s', async (_, behaviour, payload, result) => {
    expect(await call(behaviour, payload)).toEqual(result);
  });

  test.each<[string, LambdaBehaviour | undefined, object]>([
    [
      'raise',
      { kind: 'raise', errorType: 'Bad', errorMessage: 'so' },
      { name: 'Bad', payload: { errorMessage: 'so', errorType: 'Bad', requestId: 'none', stackTrace: [] } },
    ],
    [
      'an unknown function',
      undefined,
      { name: 'Lambda.ResourceNotFoundException', message: expect.stringContaining('Function not found: arn:aws:') },
    ],
  ])('%s', async (_, behaviour, error) => {
    await expect(call(behaviour, null)).rejects.toMatchObject(error);
  });
});

describe('matching', () => {
  test.each([
    ['a wildcard matches any value', '{{any}}', { a: 1 }, true],
    ['a wildcard matches no missing value', '{{any}}', undefined, false],
    ['a wildcard in a text matches any run', 'id {{id}} of (x)', 'id 12-34 of (x)', true],
    ['different texts with wildcards are equal to one', ['a {{x}}', 'b {{x}}'], ['a 1', 'b 2'], true],
    ['the text around a wildcard counts', 'id {{id}} of (x)', 'id 12-34 of y', false],
    ['JSON in a text', { $json: { a: '{{any}}' } }, '{"a":5}', true],
    ['other JSON in a text', { $json: { a: 1 } }, '{"a":2}', false],
    ['a text that is not JSON', { $text: 'plain' }, 'plain', true],
    ['a missing key', { a: 1, b: 2 }, { a: 1 }, false],
    ['a key too many', { a: 1 }, { a: 1, b: 2 }, false],
    ['a shorter list', [1, 2], [1], false],
    ['null is not a missing value', null, undefined, false],
  ] as const)('%s', (_, expected, actual, isMatch) => {
    expect(difference(expected, actual) === undefined).toBe(isMatch);
  });

  const [a, b] = [
    { id: 1, previousEventId: 0, type: 'A' },
    { id: 2, previousEventId: 1, type: 'B' },
  ];

  test.each([
    ['exact order', [a, b], [a, b], 'exact', true],
    ['another order', [a, b], [b, a], 'exact', false],
    ['another id', [a, b], [a, { ...b, previousEventId: 0 }], 'exact', false],
    ['any order and ids', [a, b], [{ ...b, id: 7 }, a], 'concurrent', true],
    ['something else', [a, b], [a, a], 'concurrent', false],
    ['one too many', [a], [a, b], 'concurrent', false],
    ['sorted branches', [a, { ...b, id: null, previousEventId: null }], [a, { ...b, id: 9 }], 'parallel-sorted', true],
    [
      'an outer event of another id',
      [a, { ...b, id: null, previousEventId: null }],
      [{ ...a, id: 4 }, b],
      'parallel-sorted',
      false,
    ],
  ] as const)('%s', (_, expected, actual, order, isMatch) => {
    expect(historyDifference(expected, actual, order) === undefined).toBe(isMatch);
  });
});
