import { expect, test } from 'vitest';
import { batchOf, batchText, issuesOf, item } from './reading.ts';

const anchors = 'x-usual: &usual { priority: 9, tags: [core] }\nx-list: [1, two, { three: }]';

test('ignores top-level keys that begin with x-, except for their anchors', () => {
  const plain = batchOf(batchText([item('a', 'metadata: { priority: 9, tags: [core] }')]));
  const anchored = batchOf(batchText([item('a', 'metadata: *usual')], anchors));
  const withoutLines = ({ line: _, ...deployment }: (typeof plain.deployments)[number]) => deployment;
  expect(anchored.deployments.map(withoutLines)).toEqual(plain.deployments.map(withoutLines));
});

test.each(['X-usual', 'xusual', '-x-usual'])('the key %s is unknown', (key) => {
  const [issue, ...more] = issuesOf(batchText([item('a')], `${key}: {}`));
  expect([issue, more]).toMatchObject([{ code: 'UnknownKey', line: 2 }, []]);
});

test('only at the top level', () => {
  expect(issuesOf(batchText([item('a', 'x-note: words')]))).toMatchObject([{ code: 'UnknownKey' }]);
});

test('their contents keep the limits of YAML', () => {
  const issues = issuesOf(batchText([item('a')], 'x-a: { twice: 1, twice: 2 }'));
  expect(issues).toMatchObject([{ code: 'DuplicateKey', path: 'x-a.twice' }]);
});

test('reports a mistake in an anchor on its line', () => {
  const issues = issuesOf(batchText([item('a', 'metadata: *usual')], 'x-usual: &usual { priority: 11 }'));
  expect(issues).toMatchObject([{ line: 2, code: 'OutOfRange', path: 'deployments[1].metadata.priority' }]);
});
