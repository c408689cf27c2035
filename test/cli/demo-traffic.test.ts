import { describe, expect, test } from 'vitest';
import { type Course, sharesOf, trafficDifferences } from '../../lib/cli/demo/shares.ts';

const route = (...backendRefs: readonly object[]) => ({ spec: { rules: [{ backendRefs }] } });

describe('what a route gives to whom', () => {
  test.each([
    ['one backend has all', route({ name: 'web' }), { web: 100 }],
    [
      'weights are parts of their sum',
      route({ name: 'web', weight: 9 }, { name: 'web-canary', weight: 1 }),
      { web: 90, 'web-canary': 10 },
    ],
    [
      'a weight of zero gets none',
      route({ name: 'web', weight: 0 }, { name: 'web-canary', weight: 1 }),
      { web: 0, 'web-canary': 100 },
    ],
    ['nobody has a weight', route({ name: 'web', weight: 0 }), { web: 0 }],
    ['there is no rule', {}, {}],
  ])('%s', (_, object, shares) => {
    expect(sharesOf(object)).toEqual(shares);
  });
});

describe('the traffic of a demo', () => {
  const steps = [10, 50, 100];
  const had = (text: string): string => `the new version had ${text} of the traffic`;
  const cases: readonly (readonly [string, Course['ends'], readonly number[], readonly string[]])[] = [
    ['by all steps', 'takes over', [0, 10, 50, 100, 0], []],
    ['a step was not seen', 'takes over', [0, 10, 100, 0], []],
    ['back from the second step', 'goes back', [0, 10, 50, 0], []],
    [
      'without the last step',
      'takes over',
      [0, 10, 50, 0],
      [`${had('0 %, 10 %, 50 %, 0 %')}, and never its last step`],
    ],
    [
      'what no step says',
      'goes back',
      [0, 10, 40, 0],
      [`${had('0 %, 10 %, 40 %, 0 %')}, and its steps are 10, 50, 100`],
    ],
    [
      'less in the middle',
      'goes back',
      [0, 50, 10, 0],
      [`${had('0 %, 50 %, 10 %, 0 %')}, which was not to fall before the end`],
    ],
    [
      'it stays with a bad one',
      'goes back',
      [0, 10, 50],
      [`${had('0 %, 10 %, 50 %')}, and was to get some of it and to have none before and after`],
    ],
    [
      'a bad one gets none',
      'goes back',
      [0],
      [`${had('0 %')}, and was to get some of it and to have none before and after`],
    ],
  ];

  test.each(cases)('%s, where it %s', (_, ends, seen, differences) => {
    expect(trafficDifferences(seen, { steps, ends })).toEqual(differences);
  });
});
