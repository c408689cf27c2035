import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { inputModes, type Mode } from '../../action/input-names.ts';
import { readInputs } from '../../action/inputs.ts';
import { ownAction, read, root, workflowOf } from './files.ts';

const own = globSync('.github/workflows/*.yml', { cwd: root }).sort();
const examples = globSync('examples/integrations/github/*.yml', { cwd: root }).sort();
const all = [...own, ...examples];
const stepsOf = (path: string) => Object.values(workflowOf(path).jobs).flatMap(({ steps = [] }) => steps);

test('there are workflows and examples', () => {
  expect([own.length, examples.length]).toEqual([2, 3]);
});

describe.each(all)('%s', (path) => {
  test('pins each action to a commit, and names its version', () => {
    const uses = read(path)
      .split('\n')
      .filter((line) => /^\s*(?:- )?uses: /.test(line) && !/uses: \.\//.test(line) && !line.includes(ownAction));
    for (const line of uses) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('puts no expression into a script, where its text would run', () => {
    for (const { run = '' } of stepsOf(path)) expect(run).not.toContain('${{');
  });

  test('has few permissions, a timeout for each job, and one run at a time', () => {
    const { permissions, jobs, concurrency } = workflowOf(path);
    expect([concurrency === undefined, permissions?.contents ?? 'none']).toEqual([
      false,
      expect.not.stringMatching('write'),
    ]);
    for (const job of Object.values(jobs))
      expect(job.uses === undefined ? job['timeout-minutes'] : 1).toBeGreaterThan(0);
  });

  test('keeps no token in the checkout, unless the job pushes', () => {
    for (const { steps = [], permissions } of Object.values(workflowOf(path).jobs)) {
      const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
      const isPushing = permissions?.contents === 'write';
      for (const one of checkouts) expect(one.with?.['persist-credentials']).toBe(isPushing ? undefined : false);
    }
  });
});

test('the same action has the same commit everywhere', () => {
  const pins = new Map<string, string>();
  for (const { uses = '' } of all.flatMap(stepsOf)) {
    const [name, commit] = uses.split('@') as [string, string];
    expect(pins.get(name) ?? commit).toBe(commit);
    pins.set(name, commit);
  }
});

test('a release waits for a person, and its publishing steps may do nothing else', () => {
  const { permissions, jobs } = workflowOf('.github/workflows/release.yml');
  expect(permissions).toEqual({});
  expect(Object.entries(jobs).map(([name, job]) => [name, job.needs, job.environment, job.permissions])).toEqual([
    ['check', undefined, undefined, { contents: 'read' }],
    ['build', 'check', undefined, { contents: 'read', 'id-token': 'write', attestations: 'write' }],
    ['npm', 'build', 'npm', { contents: 'read', 'id-token': 'write' }],
    ['action', 'build', 'action', { contents: 'write' }],
    ['image', 'build', 'image', { contents: 'read', packages: 'write' }],
  ]);
});

test.each(own)('%s runs existing scripts', (path) => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const named = stepsOf(path).flatMap(({ run = '' }) =>
    [...run.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name]) => name!),
  );
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});

describe('the examples call our action correctly', () => {
  const { inputs } = parse(read('action/action.yml')) as { readonly inputs: Readonly<Record<string, object>> };
  const steps = examples.flatMap((path) =>
    stepsOf(path).flatMap((step) => (step.uses === ownAction ? [[path, step.with ?? {}] as const] : [])),
  );

  test.each(steps)('%s', (_, given) => {
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
    const values = { 'github-token': 'of the job', ...given } as Readonly<Record<string, string>>;
    const mode = given.mode as Mode;
    expect(readInputs((name) => String(values[name] ?? ''), {}).mode).toBe(mode);
    for (const name of Object.keys(given)) expect(inputModes[name as keyof typeof inputModes]).toContain(mode);
  });
});
