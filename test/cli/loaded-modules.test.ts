import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { heavyCommands } from '../../lib/build/light-commands.ts';

const root = join(import.meta.dirname, '..', '..');

const importOfValues = /^(?:import|export)\s+(?!type\s)(?:[^'"();]*?\sfrom\s+)?'([^']+)'/gm;

/** The files and packages that a file loads statically, transitively. `import()` is not followed. */
const loadedBy = (file: string, found = new Set<string>()): ReadonlySet<string> => {
  found.add(file);
  for (const [, specifier = ''] of readFileSync(join(root, file), 'utf8').matchAll(importOfValues)) {
    const target = specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier;
    if (found.has(target)) continue;
    if (specifier.startsWith('.')) loadedBy(target, found);
    else found.add(target);
  }
  return found;
};

describe('the program loads little before it knows the command', () => {
  const loaded = [...loadedBy('bin/flotilla.ts')];

  test.each([
    'lib/cli/commands/',
    'lib/local/runtime',
    'lib/usecases/',
    'lib/engine/',
    'functions/',
    '@aws-sdk/',
    '@kubernetes/',
    'cli-table3',
  ])('does not load %s', (prefix) => {
    expect(loaded.filter((name) => name.startsWith(prefix))).toEqual([]);
  });

  test('loads the command itself', () => {
    expect(loaded).toContain('lib/cli/program.ts');
  });
});

test('light commands load no rules and no cluster clients, since a bundle has them all in one file', () => {
  const light = globSync('lib/cli/commands/*.ts', { cwd: root }).filter(
    (file) => !heavyCommands.some((name) => file.endsWith(`/${name}.ts`)),
  );
  const loads = light.flatMap((file) =>
    [...loadedBy(file)]
      .filter((name) => /^(?:@marcbachmann|@kubernetes|@aws-sdk)/.test(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(light.length).toBeGreaterThan(30);
  expect(loads).toEqual([]);
});

describe('plan loads only what plans a batch without a configuration', () => {
  const loaded = [...loadedBy('lib/cli/commands/plan.ts')];

  test.each([
    'lib/local/load-configuration.ts',
    'lib/domain/catalogue/parse-configuration.ts',
    'lib/usecases/batch/submit-batch.ts',
    'lib/adapters/dynamo',
    '@marcbachmann/',
    '@aws-sdk/',
    '@kubernetes/',
    'cli-table3',
  ])('nothing of %s', (prefix) => {
    expect(loaded.filter((name) => name.startsWith(prefix))).toEqual([]);
  });

  test('few modules', () => {
    expect(loaded).toContain('lib/usecases/plan/preview-plan.ts');
    expect(loaded.length).toBeLessThan(240);
  });
});
