import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCycles } from '../../../lib/domain/plan/cycles.ts';
import { makeGraph, topologicalOrder } from '../../../lib/domain/plan/graph.ts';
import { randomGraph } from './random-graph.ts';

test.each([
  ['nothing', [], []],
  ['no edges', [[], []], []],
  ['a diamond', [[1, 2], [3], [3], []], []],
  ['itself', [[0]], [[0]]],
  ['a pair', [[1], [0]], [[0, 1]]],
  [
    'two pairs',
    [[1], [0], [3], [2]],
    [
      [0, 1],
      [2, 3],
    ],
  ],
  [
    'two pairs, the second found first',
    [[1], [0, 2], [3], [2]],
    [
      [0, 1],
      [2, 3],
    ],
  ],
  [
    'one pair inside another',
    [[3, 1], [2], [1], [0]],
    [
      [0, 3],
      [1, 2],
    ],
  ],
  ['itself, when something else leads to it', [[1], [1]], [[1]]],
  ['the shorter of two loops', [[1, 2], [2], [0]], [[0, 2]]],
  ['an entry and an exit', [[1], [2], [3, 1], []], [[1, 2]]],
])('%s', (_, edges, cycles) => {
  expect(findCycles(edges).map(({ cycle }) => cycle)).toEqual(cycles);
});

test('ten thousand in a row and in a ring do not exhaust the stack', () => {
  const row = [...Array(10_000).keys()].map((node) => (node === 9999 ? [] : [node + 1]));
  expect(findCycles(row)).toEqual([]);
  expect(findCycles(row.with(9999, [0]))[0]?.cycle).toHaveLength(10_000);
});

test('every cycle is real, and there is one exactly when no order exists', () => {
  const edges = fc
    .integer({ min: 1, max: 12 })
    .chain((size) =>
      fc.array(fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 3 }), { minLength: size, maxLength: size }),
    );
  fc.assert(
    fc.property(edges, (graph) => {
      const found = findCycles(graph);
      expect(found.length > 0).toBe(topologicalOrder(makeGraph(graph)).length < graph.length);
      for (const { cycle, tangled } of found) {
        expect(new Set(cycle).size).toBe(cycle.length);
        expect(tangled).toBeGreaterThanOrEqual(cycle.length);
        cycle.forEach((node, at) => {
          expect(graph[node]).toContain(cycle[(at + 1) % cycle.length]);
        });
      }
    }),
  );
});

test('graphs built without cycles have none', () => {
  fc.assert(fc.property(randomGraph, ({ dependencies }) => findCycles(dependencies).length === 0));
});
