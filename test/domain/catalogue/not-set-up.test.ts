import { expect, test } from 'vitest';
import { notSetUp, type StageSetUp } from '../../../lib/domain/catalogue/not-set-up.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';

const read = (aws: string) =>
  parseConfiguration(`clusters: { vault: { eks: v, place: payments } }\nharness: { simulated: true }\n${aws}`, {
    readFile: () => undefined,
    env: {},
  });

test.each<[string, StageSetUp, number]>([
  ['has it', { places: ['payments', 'risk'] }, 0],
  ['has none', { places: ['none'] }, 1],
  ['does not say, because it is an earlier version', {}, 0],
])('needs a place from a stage that %s', (_, setUp, problems) => {
  const parsed = read('');
  if (!('configuration' in parsed)) throw new Error('it cannot be read');
  const told = notSetUp(parsed.configuration, setUp);
  expect(told).toHaveLength(problems);
  for (const one of told) expect(one).toMatch(/^clusters\.vault: there are no functions in the place payments; add it/);
});

test('reports on its line a place that the settings in the same file lack', () => {
  const told = read('aws: { places: { payment: { vpc: v } } }');
  expect('issues' in told && told.issues.map(({ line, column, path, hint }) => [line, column, path, hint])).toEqual([
    [1, 37, 'clusters.vault.place', 'did you mean payment?'],
  ]);
});
