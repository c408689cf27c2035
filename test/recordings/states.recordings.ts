import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readCases, runCases } from '../../lib/engine/conformance.ts';
import { casesAt } from './cases.ts';

type Fields = { readonly [field: string]: unknown };

/** Every (state type, field) pair of a definition, and every resource, as `Task.Arguments` or `Resource lambda:invoke`. */
const featuresUsed = (program: Fields, found: Set<string>): void => {
  for (const state of Object.values(program.States as Record<string, Fields>)) {
    for (const field of Object.keys(state)) found.add(`${String(state.Type)}.${field}`);
    if (state.Resource !== undefined) found.add(`Resource ${String(state.Resource)}`);
    if (state.ItemProcessor !== undefined) featuresUsed(state.ItemProcessor as Fields, found);
    for (const branch of (state.Branches as Fields[] | undefined) ?? []) featuresUsed(branch, found);
  }
};

const ourFeatures = new Set<string>();
for (const name of ['batch', 'watch']) {
  featuresUsed(JSON.parse(readFileSync(`statemachines/${name}.asl.json`, 'utf8')) as Fields, ourFeatures);
}

test('our files use much of the language, so that refusals are meaningful', () => {
  for (const feature of [
    'Task.Arguments',
    'Task.Retry',
    'Task.Catch',
    'Map.ItemSelector',
    'Choice.Choices',
    'Wait.Seconds',
  ]) {
    expect(ourFeatures).toContain(feature);
  }
});

describe.each([
  ['jsonata.json', 78],
  ['test-state.json', 40],
])('%s', async (file, passed) => {
  const verdicts = await runCases(readCases(casesAt('asl', file)));

  test('none differs', () => {
    expect(verdicts.filter(({ verdict }) => verdict === 'differed')).toEqual([]);
    expect(verdicts.filter(({ verdict }) => verdict === 'passed').length).toBeGreaterThanOrEqual(passed);
  });

  test('refuses only what needs features that our files do not use', () => {
    for (const one of verdicts) {
      if (one.verdict !== 'refused') continue;
      expect(one.features.length, one.id).toBeGreaterThan(0);
      for (const feature of one.features) expect(ourFeatures, one.id).not.toContain(feature);
    }
  });
});
