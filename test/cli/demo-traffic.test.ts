import { describe, expect, test } from 'vitest';
import { type Course, sharesOf, trafficDifferences } from '../../lib/cli/demo/shares.ts';

const route = (...backendRefs: readonly object[]) => ({ spec: { rules: [{ backendRefs }] } });

describe('how a route splits its traffic', () => {
  test.each([
    ['one backend gets everything', route({ name: 'web' }), { web: 100 }],
    [
      'weights are shares of their sum',
      route({ name: 'web', weight: 9 }, { name: 'web-canary', weight: 1 }),
      { web: 90, 'web-canary': 10 },
    ],
    [
      'a weight of zero gets nothing',
      route({ name: 'web', weight: 0 }, { name: 'web-canary', weight: 1 }),
      { web: 0, 'web-canary': 100 },
    ],
    ['nothing has a weight', route({ name: 'web', weight: 0 }), { web: 0 }],
    ['there is no rule', {}, {}],
  ])('%s', (_, object, shares) => {
    expect(sharesOf(object)).toEqual(shares);
  });
});

describe('the traffic of a demo', () => {
  const steps = [10, 50, 100];
  const had = (text: string): string => `the new version had ${text} of the traffic`;
  const cases: readonly (readonly [string, Course['ends'], readonly number[], readonly string[]])[] = [
    ['all steps', 'takes over', [0, 10, 50, 100, 0], []],
    ['a step was missed', 'takes over', [0, 10, 100, 0], []],
    ['back after the second step', 'goes back', [0, 10, 50, 0], []],
    [
      'without the last step',
      'takes over',
      [0, 10, 50, 0],
      [`${had('0 %, 10 %, 50 %, 0 %')}, and never its last step`],
    ],
    [
      'a weight outside the steps',
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
      'the bad version keeps its share',
      'goes back',
      [0, 10, 50],
      [`${had('0 %, 10 %, 50 %')}, and was to get some of it and to have none before and after`],
    ],
    [
      'the bad version gets nothing',
      'goes back',
      [0],
      [`${had('0 %')}, and was to get some of it and to have none before and after`],
    ],
  ];

  test.each(cases)('%s, where it %s', (_, ends, seen, differences) => {
    expect(trafficDifferences(seen, { steps, ends })).toEqual(differences);
  });
});
