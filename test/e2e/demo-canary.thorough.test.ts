import { expect, test } from 'vitest';
import { Child } from './child.ts';

test('the canary demo shows one that takes over and one that goes back, with their traffic, and ends as designed', async () => {
  const demo = new Child('bin/flotilla.js', { args: ['demo', 'canary', '--utc'] });
  const { code } = await demo.ended;
  expect(demo.output).toContain('The demo ended as designed: simulated');
  expect(code).toBe(0);
  const [, good = '', bad = ''] = demo.output.split(/^Version 1\.[12] is /m);
  const traffic = (text: string) =>
    [...text.matchAll(/^\S+Z simulated HTTPRoute shared\/web +traffic +(.+)$/gm)].map(([, told]) => told);
  expect([traffic(good).at(0), traffic(good).at(-2), traffic(good).at(-1)]).toEqual([
    'web 100 %',
    'web 0 %, web-canary 100 %',
    'web 100 %',
  ]);
  expect([traffic(bad).at(0), traffic(bad).at(-1)]).toEqual(['web 100 %', 'web 100 %']);
  expect(traffic(bad)).toContain('web 90 %, web-canary 10 %');
  expect(good).toContain('SUCCESS / AllSucceeded');
  expect(bad).toContain('FAILED shared/web (simulated): RestoredPreviousRelease');
});
