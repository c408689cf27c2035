import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';

const head = 'harness: { simulated: true }\nclusters: { eu-1: { simulated: true } }\n';

/** Problems with services in the configuration, or in a file next to it. */
const problemsOf = (services: string, more = ''): string[] => {
  const isFile = services.startsWith('{');
  const text = `${head}${more}services: ${isFile ? './services.json' : services}`;
  const parsed = parseConfiguration(text, { readFile: () => services, env: { NAME: 'not-to-be-shown' } });
  return 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
};

const line = (...lines: readonly string[]) => `\n  ${lines.join('\n  ')}\n`;
const realCluster = { cluster: 'clusters: { eu-1: { eks: payments } }' };

describe('reports two services on one object, with both places', () => {
  test.each([
    [
      'with the same namespace, kind and name',
      line(
        'clearing: { intake: { namespace: ops, name: api } }',
        'risk: { limits: { namespace: ops, k8s_object_name: api } }',
      ),
      [
        '5:11 services.risk.limits: leads to the same object as clearing/intake on line 4: they have the same kind, namespace and name',
      ],
    ],
    [
      'in a file',
      '{ "risk": { "a": { "name": "x" },\n  "b": { "name": "x", "k8s_object_type": "Deployment" } } }',
      [
        './services.json:2:3 risk.b: leads to the same object as risk/a on line 1: they have the same kind, namespace and name',
      ],
    ],
    [
      "when one has the name of the other's object",
      line('risk: { limits: { name: api }, api: }'),
      [
        '4:34 services.risk.api: leads to the same object as risk/limits on line 4: they have the same kind, namespace and name',
      ],
    ],
    [
      'through the value of a variable, which is not shown',
      `${line('risk: { a: { name: "${NAME}" }, b: { name: not-to-be-shown } }')}\npublic_variables: [NAME]`,
      [
        '4:35 services.risk.b: leads to the same object as risk/a on line 4: they have the same kind, namespace and name',
      ],
    ],
    [
      'three of them',
      line('risk: { a: { name: x }, b: { name: x }, c: { name: x } }'),
      [/risk\.b: .* risk\/a on/, /risk\.c: .* risk\/a on/],
    ],
  ] as const)('%s', (_, services, wanted) => {
    const problems = problemsOf(services);
    expect(problems).toHaveLength(wanted.length);
    problems.forEach((problem, at) => {
      expect(problem).toMatch(typeof wanted[at] === 'string' ? /^/ : wanted[at]!);
      if (typeof wanted[at] === 'string') expect(problem.startsWith(wanted[at])).toBe(true);
      expect(problem).toContain('(one would overwrite the other; give each its own object)');
      expect(problem).not.toContain('not-to-be-shown');
    });
  });
});

describe('an infrastructure with its own namespace gives it to both', () => {
  const blue = 'infrastructures: { blue: { cluster: eu-1, namespace: blue } }\n';
  const told = (at: string, one: string, other: string) =>
    expect.stringContaining(`${at} services.${other}: leads to the same object as ${one} on line 5`);
  test.each([
    ['no namespace', line('risk: { a: { name: x }, b: { name: x } }'), told('5:27', 'risk/a', 'risk.b')],
    [
      'the default of the others, written out',
      line('risk: { a: { name: x, namespace: data } }', 'data: { x: }'),
      expect.stringContaining('6:11 services.data.x: leads to the same object as risk/a on line 5'),
    ],
  ])('%s', (_, services, problem) => expect(problemsOf(services, blue)).toEqual([problem]));
});

describe('different objects', () => {
  test.each([
    ['another kind', line('risk: { a: { name: x }, b: { name: x, kind: statefulset } }'), ''],
    ['another namespace', line('risk: { a: { name: x, namespace: one }, b: { name: x, namespace: two } }'), ''],
    [
      'two pillars, each in its own namespace, because everything is simulated',
      line('risk: { x: }', 'data: { x: }'),
      '',
    ],
    [
      'the same, when an infrastructure has one namespace for both: refuses a batch with both',
      line('risk: { x: }', 'data: { x: }'),
      'infrastructures: { blue: { cluster: eu-1, namespace: blue } }\n',
    ],
  ])('%s', (_, services, more) => expect(problemsOf(services, more)).toEqual([]));
});

test('on real clusters two pillars share the namespace `default`', () => {
  const text = `${head.replace(/clusters:.*/, realCluster.cluster)}services: { risk: { x: }, data: { x: } }`;
  const parsed = parseConfiguration(text, { readFile: () => undefined, env: {} });
  expect('issues' in parsed && parsed.issues.map(({ path }) => path)).toEqual(['services.data.x']);
});
