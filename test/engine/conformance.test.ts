import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ExecutionCase, RecordedCase } from '../../lib/engine/conformance/case.ts';
import { difference, historyDifference } from '../../lib/engine/conformance/match.ts';
import { main, readCases, report, runCases } from '../../lib/engine/conformance.ts';

const shared = '../shared/cases/asl/jsonata.json';
if (!existsSync(shared)) throw new Error(`The recorded cases are missing: ${shared}`);

type Fields = { readonly [field: string]: unknown };

/** Every (state type, field) pair of a definition, and every resource, as `Task.Arguments` or `Resource lambda:invoke`. */
const featuresUsed = (program: Fields, found: Set<string>): void => {
  for (const state of Object.values(program.States as Record<string, Fields>)) {
    for (const field of Object.keys(state)) found.add(`${String(state.Type)}.${field}`);
    if (state.Resource !== undefined) found.add(`Resource ${String(state.Resource)}`);
    if (state.ItemProcessor !== undefined) featuresUsed(state.ItemProcessor as Fields, found);
    for (const branch of (state.Branches as Fields[] | undefined) ?? []) featuresUsed(branch, found);
  }
};

const ourFeatures = new Set<string>();
for (const name of ['batch', 'watch']) {
  featuresUsed(JSON.parse(readFileSync(`statemachines/${name}.asl.json`, 'utf8')) as Fields, ourFeatures);
}

describe('the recorded JSONata cases', async () => {
  const cases = readCases(shared);
  const verdicts = await runCases(cases);

  test('none differs', () => {
    expect(cases.length).toBeGreaterThan(80);
    expect(verdicts.filter(({ verdict }) => verdict === 'differed')).toEqual([]);
  });

  test('our files use a good part of the language, so that the next test means something', () => {
    for (const feature of [
      'Task.Arguments',
      'Task.Retry',
      'Task.Catch',
      'Map.ItemSelector',
      'Choice.Choices',
      'Wait.Seconds',
    ]) {
      expect(ourFeatures).toContain(feature);
    }
  });

  test('only those are refused that need what our files do not use', () => {
    for (const one of verdicts) {
      if (one.verdict !== 'refused') continue;
      expect(one.features.length, one.id).toBeGreaterThan(0);
      for (const feature of one.features) expect(ourFeatures, one.id).not.toContain(feature);
    }
  });
});

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

  test('names each case that did not pass and closes with the counts', async () => {
    const lines = report(await runCases([passing, refused, differing, wronglyTaken, invalid]));
    expect(lines.at(-1)).toBe('1 passed, 1 refused, 3 differed');
    expect(lines.join('\n')).toContain('differed differs\n    outcome.output: expected 3, got 2');
    expect(lines.join('\n')).toContain('refused is refused\n    Pass.ResultPath');
    expect(lines.join('\n')).toContain('differed is taken\n    the definition was taken');
  });

  test('ends with 0, or with 2 when it is given nothing', async () => {
    const lines: string[] = [];
    expect(await main([shared], (line) => lines.push(line))).toBe(0);
    expect(lines.at(-1)).toMatch(/^\d+ passed, \d+ refused, 0 differed$/);
    expect(await main([], () => undefined)).toBe(2);
  });

  test.each([
    ['no/such.json', /^no\/such\.json cannot be read: ENOENT/],
    ['examples/small.yaml', /^examples\/small\.yaml cannot be read: Unexpected token/],
    ['package.json', /^package\.json has no recorded cases/],
    ['statemachines/watch.asl.json', /^statemachines\/watch\.asl\.json has no recorded cases/],
  ])('says in one line that a file has no cases: %s', async (file, told) => {
    const lines: string[] = [];
    expect(await main([file], (line) => lines.push(line))).toBe(2);
    expect(lines).toEqual([expect.stringMatching(told)]);
    expect(lines.join()).not.toContain('\n');
  });

  test('a recorded history that differs is noticed', async () => {
    const events = [{ id: 1, previousEventId: 0, type: 'ExecutionStarted', details: { input: {} } }];
    const [verdict] = await runCases([{ ...passing, expected: { ...passing.expected, history: events } }]);
    expect(verdict).toMatchObject({ verdict: 'differed', difference: expect.stringContaining('more events') });
  });
});

describe('matching', () => {
  test.each([
    ['a wildcard takes any value', '{{any}}', { a: 1 }, true],
    ['a wildcard takes no missing value', '{{any}}', undefined, false],
    ['a wildcard in a text takes any run', 'id {{id}} of (x)', 'id 12-34 of (x)', true],
    ['the text around a wildcard counts', 'id {{id}} of (x)', 'id 12-34 of y', false],
    ['JSON in a text', { $json: { a: '{{any}}' } }, '{"a":5}', true],
    ['other JSON in a text', { $json: { a: 1 } }, '{"a":2}', false],
    ['a text that is not JSON', { $text: 'plain' }, 'plain', true],
    ['a missing key', { a: 1, b: 2 }, { a: 1 }, false],
    ['a key too much', { a: 1 }, { a: 1, b: 2 }, false],
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
