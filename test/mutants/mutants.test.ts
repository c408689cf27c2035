import { expect, test } from 'vitest';
import { inOrderOf, type Mutation, mutated, mutatedAtOnce, originalOf, withoutOverlaps } from './mutation.ts';
import { ownMutators } from './mutators.ts';
import { readOptions } from './options.ts';
import { report, type Tried } from './report.ts';

const text = 'const a = 1;\nconst b = a && c;\n';

const mutation = (
  id: string,
  [line, start, end]: readonly [number, number, number],
  more: Partial<Mutation> = {},
): Mutation => ({
  ...{ id, fileName: '/root/lib/a.ts', mutatorName: 'NumberBeside', replacement: '2' },
  location: { start: { line, column: start }, end: { line, column: end } },
  ...more,
});

const one = mutation('1', [0, 10, 11]);
const other = mutation('2', [1, 10, 16], { mutatorName: 'LogicalOperator', replacement: 'a || c' });
const within = mutation('3', [1, 10, 11], { replacement: 'true' });

test('puts a mutation in its place, an operator with its own precedence', () => {
  expect([one, other].map((each) => originalOf(text, each))).toEqual(['1', 'a && c']);
  expect([one, other].map((each) => mutated(text, each))).toEqual([
    'const a = 2;\nconst b = a && c;\n',
    'const a = 1;\nconst b = (a || c);\n',
  ]);
  expect(mutatedAtOnce(text, [one, within])).toBe('const a = 2;\nconst b = true && c;\n');
  expect(mutatedAtOnce(text, [within, one])).toBe('const a = 2;\nconst b = true && c;\n');
  expect(withoutOverlaps([one, other, within])).toEqual([[one, other], [within]]);
});

test('a seed orders mutations the same way in any folder', () => {
  const all = Array.from({ length: 20 }, (_, at) => mutation(String(at), [at, 0, 1]));
  const order = (seed: string, some = all) => inOrderOf(seed, some, '/root').map(({ id }) => id);
  const moved = all.map((each) => ({ ...each, fileName: '/elsewhere/lib/a.ts' }));
  expect(order('x', all.toReversed())).toEqual(order('x'));
  expect(inOrderOf('x', moved, '/elsewhere').map(({ id }) => id)).toEqual(order('x'));
  expect(order('y')).not.toEqual(order('x'));
});

test('own mutators change numbers, and remove statements, awaits, elements and properties', () => {
  const list = (type: string, field: string, members: readonly string[]) => ({
    type,
    [field]: members.map((name) => ({ type: name })),
  });
  const made = (node: { readonly type: string }) =>
    ownMutators.flatMap(({ name, mutate }) => [...mutate({ node })].map((to) => ({ name, ...to })));
  expect(made({ type: 'NumericLiteral', value: 0 } as never)).toEqual([
    { name: 'NumberBeside', type: 'NumericLiteral', value: 1 },
  ]);
  expect(made({ type: 'ExpressionStatement' })).toEqual([{ name: 'StatementRemoved', type: 'EmptyStatement' }]);
  expect(made({ type: 'AwaitExpression', argument: { type: 'X' } } as never)).toEqual([
    { name: 'AwaitRemoved', type: 'X' },
  ]);
  expect(made(list('ArrayExpression', 'elements', ['A']))).toEqual([]);
  expect(made(list('ObjectExpression', 'properties', ['A', 'B']))).toEqual([
    { name: 'PropertyRemoved', ...list('ObjectExpression', 'properties', ['B']) },
    { name: 'PropertyRemoved', ...list('ObjectExpression', 'properties', ['A']) },
  ]);
  const call = (callee: object, names: readonly string[]) => ({
    ...list('CallExpression', 'arguments', names),
    callee,
  });
  const send = { name: 'send' };
  expect(made(call(send, ['A', 'B', 'C']))).toEqual([{ ...call(send, ['B', 'A', 'C']), name: 'ArgumentsSwapped' }]);
  expect([{ name: 'sameImage' }, { property: { name: 'max' } }].flatMap((to) => made(call(to, ['A', 'B'])))).toEqual(
    [],
  );
});

test('the report has the score of each folder, and every hole by its place', () => {
  const tried = (path: string, fate: Tried['fate'], more: Partial<Tried> = {}): Tried => ({
    ...{ path, line: 7, kind: 'NumberBeside', source: 'send(1)', original: '1', replacement: '2', fate },
    ...more,
  });
  const told = report([
    tried('lib/a/x.ts', 'noticed'),
    tried('lib/a/x.ts', 'unnoticed', { original: 'send(\n  it,\n)', replacement: '' }),
    tried('lib/b/y.ts', 'refused by types'),
    tried('lib/b/y.ts', 'noticed'),
  ]);
  const rows = told.split('\n').filter((line) => line.includes('│'));
  expect(
    rows.map((row) =>
      row
        .split('│')
        .map((cell) => cell.trim())
        .filter(Boolean),
    ),
  ).toEqual([
    ['folder', 'noticed', 'of', 'score', 'equivalent'],
    ['lib/a', '1', '2', '50.0 %', '0'],
    ['lib/b', '1', '1', '100.0 %', '0'],
    ['altogether', '2', '3', '66.7 %', '0'],
  ]);
  expect(told).toContain('Not counted: 1 that TypeScript refuses in its place.');
  expect(told).toContain('Unnoticed:\nlib/a/x.ts:7  NumberBeside: send( it, ) → nothing');
});

test('the command accepts folders, a number and a seed', () => {
  const tests = 'test/{domain,usecases,functions,executors,workflow,docs}';
  const all = { folders: ['lib/domain', 'lib/usecases'], size: Number.MAX_SAFE_INTEGER, seed: '1', tests };
  expect(readOptions([])).toEqual(all);
  const few = readOptions(['lib/a/', '--sample', '20', '--seed', 'x', '--tests', 'test/a/']);
  expect(few).toEqual({ folders: ['lib/a'], size: 20, seed: 'x', tests: 'test/a' });
  expect(readOptions(['--help'])).toBe('help');
  expect(() => readOptions(['--sample', 'many'])).toThrow('--sample: many is no number of mutants');
});
