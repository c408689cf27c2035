import { describe, expect, test } from 'vitest';
import { ExpressionCompiler } from '../../lib/engine/jsonata/expression.ts';

const sources = { now: () => Date.parse('2026-11-21T10:00:00.000Z'), random: () => 0.25, uuid: () => 'an-id' };
const compiler = new ExpressionCompiler(sources);
const evaluate = (text: string, bindings: Record<string, unknown> = {}) => compiler.compile(text).evaluate(bindings);

const states = { input: { items: [{ n: 1 }, { n: 2 }], one: [{ n: 1 }], empty: [], text: '[1,2]' } };

describe('values', () => {
  test.each<[string, string, unknown]>([
    ['a path over a list maps', '$states.input.items.n', [1, 2]],
    ['a single match collapses', '$states.input.items[n = 2]', { n: 2 }],
    ['a list of one keeps its brackets when they are written', '[$states.input.items[n = 2]]', [{ n: 2 }]],
    ['a list of one that is read is a list', '$states.input.one', [{ n: 1 }]],
    ['a path over a list of one gives its item', '$states.input.one.n', 1],
    ['$map over a list of one gives its item', '$map($states.input.one, function($x) { $x.n })', 1],
    ['$filter that keeps one gives it', '$filter([1, 2], function($x) { $x = 2 })', 2],
    ['$each of one field gives its value', '$each({"a": 1}, function($v) { $v })', 1],
    ['$keys of one field gives its name', '$keys({"a": 1})', 'a'],
    ['$spread of one field gives it', '$spread({"a": 1})', { a: 1 }],
    ['$match of one place gives it', '$match("ab", /b/).index', 1],
    ['$sort keeps the list', '$sort([1])', [1]],
    ['$append keeps the list', '$append([], 1)', [1]],
    ['$split keeps the list', '$split("a", ",")', ['a']],
    ['$parse keeps the list', `$parse('[1]')`, [1]],
    ['a missing key is dropped from an object', '{"a": $states.input.none, "b": 1}', { b: 1 }],
    ['an empty range is an empty list', '[0..-1]', []],
    ['there is no context item', '$', undefined],
    ['nor a bare field', 'items', undefined],
    ['nor a root', '$$', undefined],
    ['an unknown variable', '$nothing', undefined],
  ])('%s', async (_, text, value) => {
    expect(await evaluate(text, { states })).toEqual(value);
  });

  test('a list is a plain copy, not the input and not a sequence', async () => {
    const list = (await evaluate('$states.input.items', { states })) as unknown[];
    expect(list).not.toBe(states.input.items);
    expect(Object.getOwnPropertyNames(await evaluate('$states.input.items.n', { states }))).toEqual([
      '0',
      '1',
      'length',
    ]);
  });

  test.each([
    ['a function', '$sum'],
    ['a lambda', 'function($a) { $a }'],
    ['a lambda within an object', '{"f": function($a) { $a }}'],
    ['a lambda within a list', '[1, [function($a) { $a }]]'],
    ['a regular expression', '/a+/'],
    ['what binds a function', '$f := function($a) { $a }'],
  ])('%s is no value', async (_, text) => {
    await expect(evaluate(text)).rejects.toMatchObject({ name: 'NotJson' });
  });
});

describe('the functions that Step Functions adds', () => {
  test.each<[string, unknown]>([
    [`$parse('{"a": [1, null]}')`, { a: [1, null] }],
    ['$parse($states.input.text)', [1, 2]],
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([], 2)', []],
    ['$range(0, 9, 3)', [0, 3, 6, 9]],
    ['$range(5, 1, -2)', [5, 3, 1]],
    ['$range(1, 9, 9)', 1],
    ['$range(7, 3, -9)', 7],
    ['$range(1, 0, 1)', undefined],
    ['[$range(1, 9, 9)]', [1]],
    ['$range(1, 9, 9)[]', [1]],
    ['$count($range(1, 9, 9))', 1],
    ['$range(1, 3, 1).($ * 2)', [2, 4, 6]],
    ['{"a": $range(2, 2, 1), "b": $range(1, 0, 1)}', { a: 2 }],
    ['$partition([1,2], 5)', [[1, 2]]],
    ['$partition([[1]], 5)', [[[1]]]],
    ['$partition($range(4, 4, 1), 2)', [[4]]],
    [`$hash('abc', 'MD5')`, '900150983cd24fb0d6963f7d28e17f72'],
    [`$hash('abc', 'SHA-1')`, 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [`$hash('abc', 'SHA-256')`, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$uuid()', 'an-id'],
    ['$random()', 0.25],
    ['$random(7) = $random(7)', true],
    ['$random(7) = $random(8)', false],
    ['$millis()', 1795255200000],
    ['$now()', '2026-11-21T10:00:00.000Z'],
    [`$now('[Y0001]-[M01]', '+0200')`, '2026-11'],
    ['$toMillis($now()) = $millis()', true],
  ])('%s', async (text, value) => {
    expect(await evaluate(text, { states })).toEqual(value);
  });

  test.each([
    ['$partition([1], 0)', 'positive integer'],
    ['$range(0, 1, 0)', 'step other than 0'],
    ['$range(0, 1001, 1)', 'at most 1000'],
    [`$hash('a', 'CRC')`, 'MD5, SHA-1, SHA-256, SHA-384, SHA-512'],
    [`$parse('{')`, 'JSON'],
  ])('%s fails', async (text, words) => {
    await expect(evaluate(text)).rejects.toThrow(words);
  });

  test('a seed gives numbers from 0 up to 1 that are spread', async () => {
    const numbers = (await evaluate('[1..200].$random($)')) as number[];
    expect(Math.min(...numbers)).toBeLessThan(0.1);
    expect(Math.max(...numbers)).toBeGreaterThan(0.9);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  });
});

test('$eval does not compile, and is missing at run time', async () => {
  expect(() => compiler.compile(`$eval('1')`)).toThrow('the function $eval is not available');
  expect(await evaluate('$eval')).toBeUndefined();
});

test('stops an endless expression', async () => {
  await expect(evaluate('($f := function($n) { 1 + $f($n + 1) }; $f(1))')).rejects.toMatchObject({ code: 'D1011' });
});

test('compiles the same text once', () => {
  expect(compiler.compile('1 + 2')).toBe(compiler.compile('1 + 2'));
});
