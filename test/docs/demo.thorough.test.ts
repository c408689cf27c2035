import { expect, test } from 'vitest';
import { Child } from '../e2e/child.ts';
import { expectPrinted, read, stepOf } from './pages.ts';

test('the demo prints what docs/first-steps.md shows', async () => {
  const demo = new Child('bin/flotilla.js', { args: ['demo', '--utc'] });
  const { code } = await demo.ended;
  expect(code).toBe(0);
  expectPrinted(`\n${demo.output}`, stepOf(read('docs/first-steps.md'), 'npm ci && npm run demo'));
});
