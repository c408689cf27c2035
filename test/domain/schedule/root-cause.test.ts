import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Status } from '../../../lib/domain/deployment/status.ts';
import { Cells } from '../../../lib/domain/schedule/cells.ts';
import { describeRoot, heldBack, rootCauses } from '../../../lib/domain/schedule/root-cause.ts';
import { sketchSheet } from './scheduler.ts';

const rootsOf = (waits: readonly (readonly number[])[], letters: string): (number | undefined)[] => {
  const rootOf = rootCauses(sketchSheet({ waits }), Cells.fromPages([letters]));
  return waits.map((_, index) => rootOf(index));
};

const chain = [[], [0], [1], [2]];
const no = undefined;

/** Dependencies, the cell of each, and the roots. */
const cases: readonly (readonly [string, (readonly number[])[], string, (number | undefined)[]])[] = [
  ['a chain of skipped ones leads to the failed one', chain, 'FKKK', [no, 0, 0, 0]],
  ['to one that is UNKNOWN', chain, 'SUKK', [no, no, 1, 1]],
  ['to one that was cancelled', chain, 'CKKK', [no, 0, 0, 0]],
  ['to one that was stopped, and has no root itself', chain, 'SKKK', [no, no, 1, 1]],
  ['one about to be skipped has the root of those before it', chain, 'FKK1', [no, 0, 0, 0]],
  ['one that waits behind a waiting one has none yet', chain, 'F111', [no, 0, no, no]],
  ['a failed one has none', [[], [0]], 'FF', [no, no]],
  ['one in progress has none', [[], []], 'FG', [no, no]],
  ['the first of two that failed', [[], [], [0, 1]], 'FFK', [no, no, 0]],
  ['one that failed rather than one that was stopped', [[], [], [0, 1]], 'KFK', [no, no, 1]],
  ['one that failed rather than one that was rolled back', [[], [], [0, 1]], 'RFK', [no, no, 1]],
  [
    'one that was stopped rather than one that was rolled back, and had perhaps succeeded',
    [[], [], [0, 1]],
    'KRK',
    [no, no, 0],
  ],
  [
    'the root of another one, too, rather than one that was rolled back next to it',
    [[], [], [1], [0, 2]],
    'RRKK',
    [no, no, 1, 1],
  ],
  ['the failure at the end of a chain rather than a stop next to it', [[], [0], [], [2, 1]], 'FKKK', [no, 0, no, 0]],
];

describe('the root cause', () => {
  test.each(cases)('%s', (_, waits, letters, roots) => {
    expect(rootsOf(waits, letters)).toEqual(roots);
  });

  test('a root was not blocked by any other, and a chain of skipped ones leads to it', () => {
    const graph = fc
      .integer({ min: 1, max: 12 })
      .chain((count) =>
        fc.tuple(
          fc.tuple(...Array.from({ length: count }, (_, at) => fc.subarray(Array.from({ length: at }, (_, to) => to)))),
          fc.array(fc.constantFrom('S', 'F', 'U', 'K', 'C', 'G', '1'), { minLength: count, maxLength: count }),
        ),
      );
    fc.assert(
      fc.property(graph, ([waits, letters]) => {
        const roots = rootsOf(waits, letters.join(''));
        for (const [index, root] of roots.entries()) {
          const bad = waits[index]!.filter((at) => 'FUKC'.includes(letters[at]!));
          const isKept = letters[index] === 'K' || letters[index] === '1';
          expect(root !== undefined).toBe(isKept && bad.length > 0);
          if (root === undefined) continue;
          expect(roots[root]).toBeUndefined();
          expect(bad.some((at) => at === root || (letters[at] === 'K' && roots[at] === root))).toBe(true);
        }
      }),
    );
  });

  test('10,000 in one chain take one pass', () => {
    const waits = Array.from({ length: 10_000 }, (_, at) => (at === 0 ? [] : [at - 1]));
    expect(rootsOf(waits, `F${'K'.repeat(9_999)}`).slice(1)).toEqual(Array(9_999).fill(0));
  });
});

test('each root counts every one that it blocks, adjacent or not, and only what counts', () => {
  const roots = [undefined, 0, 0, 0, undefined, 4];
  const held = (counts: (index: number) => boolean) => [...heldBack((index) => roots[index], roots.length, counts)];
  expect(held(() => true)).toEqual([
    [0, 3],
    [4, 1],
  ]);
  expect(held((index) => index === 2)).toEqual([[0, 1]]);
});

const told: readonly (readonly [
  string,
  'F' | 'U' | 'K' | 'C',
  { status: Status; reason: string; outcome?: { failure: { reason: string } } } | undefined,
  object,
])[] = [
  [
    'one that failed, by its row',
    'F',
    { status: 'FAILED', reason: 'ImagePullFailed' },
    { status: 'FAILED', reason: 'ImagePullFailed' },
  ],
  [
    'one that was rolled back, with the reason of its failure',
    'F',
    { status: 'FAILED', reason: 'RestoredPreviousRelease', outcome: { failure: { reason: 'ImagePullBackOff' } } },
    { status: 'FAILED', reason: 'RestoredPreviousRelease', failure: 'ImagePullBackOff' },
  ],
  [
    'one that failed for one reason, which appears once',
    'F',
    { status: 'FAILED', reason: 'ImagePullBackOff', outcome: { failure: { reason: 'ImagePullBackOff' } } },
    { status: 'FAILED', reason: 'ImagePullBackOff' },
  ],
  [
    'one that was UNKNOWN and is resolved, with both',
    'U',
    { status: 'SUCCESS', reason: 'ResolvedByOperator' },
    { status: 'UNKNOWN', reason: 'ResolvedByOperator', resolved: 'SUCCESS' },
  ],
  ['one that was refused and has no row yet', 'K', undefined, { status: 'SKIPPED', reason: 'BatchStopped' }],
  ['one that was cancelled and has no row yet', 'C', undefined, { status: 'CANCELLED', reason: 'BatchCancelled' }],
];

test.each(told)('describes %s', (_, cell, row, expected) => {
  const sheet = sketchSheet({ waits: [[]] });
  expect(describeRoot(sheet, { index: 0, cell }, row)).toEqual({ key: 'svc-0', ...expected });
});
