import { describe, expect, it, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';

const head = 'clusters: {eu: {simulated: true}}\nenvironments: {prod: {}, staging: {}}\n';

const read = (strategy: string, service = '') =>
  parseConfiguration(`${head}services: {shared: {web: {${service}kubernetes: {strategy: ${strategy}}}}}\n`, {
    env: {},
    readFile: () => undefined,
  });

const strategyOf = (written: string) => {
  const parsed = read(written);
  if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
  return parsed.configuration.catalogue.services?.shared?.web?.kubernetes?.strategy;
};

const usual = { checks: [], proceed: 'person', proven_seconds: 1_800 };

test.each([
  [
    'a canary without settings has the usual steps',
    '{canary: {}}',
    { kind: 'canary', traffic: { by: 'replicas' }, steps: [10, 30, 50, 75, 100], step_seconds: 900, ...usual },
  ],
  [
    'a canary with an HTTPRoute',
    '{environments: [prod], canary: {steps: [5, 100], step_seconds: 60, route: web, service: web, human_wait: 600}}',
    {
      ...{ kind: 'canary', traffic: { by: 'route', route: 'web', service: 'web' }, steps: [5, 100], step_seconds: 60 },
      ...{ ...usual, environments: ['prod'], human_wait: 600 },
    },
  ],
  [
    'blue/green',
    '{blue_green: {service: web, proceed: automatic, proven_seconds: 60, checks: [{name: errors, prometheus: q, max: 5}]}}',
    {
      ...{ kind: 'blue_green', traffic: { by: 'service', service: 'web' }, steps: [100], step_seconds: 900 },
      ...{ proceed: 'automatic', proven_seconds: 60 },
      checks: [{ name: 'errors', source: { prometheus: 'q' }, max: 5, for_seconds: 300 }],
    },
  ],
  [
    'a check in CloudWatch',
    '{canary: {checks: [{name: errors, cloudwatch: {metrics: {m: {namespace: AWS/X, name: E, statistic: Sum}}}, max: 5, proven_max: 1}]}}',
    {
      ...{ kind: 'canary', traffic: { by: 'replicas' }, steps: [10, 30, 50, 75, 100], step_seconds: 900, ...usual },
      checks: [
        {
          ...{ name: 'errors', max: 5, proven_max: 1, for_seconds: 300 },
          source: { cloudwatch: { metrics: { m: { namespace: 'AWS/X', name: 'E', statistic: 'Sum' } } } },
        },
      ],
    },
  ],
])('%s', (_, written, strategy) => {
  expect(strategyOf(written)).toEqual(strategy);
});

describe('refuses a strategy', () => {
  const limit = ', max: 1';
  it.each<[string, string, RegExp, string?]>([
    ['without a kind', '{}', /^3:\d+ services\.shared\.web\.kubernetes\.strategy: names no way to take over/],
    ['with two kinds', '{canary: {}, blue_green: {service: web}}', /strategy: names two ways to take over/],
    [
      'for another kind of service',
      '{canary: {}}',
      /is only valid for the kind deployment, and this is a "daemonset"/,
      'kind: daemonset, ',
    ],
    ['for an Argo Rollout', '{canary: {}}', /an Argo Rollout has its own steps/, 'kind: rollout, '],
    [
      'in no environment',
      '{environments: [pord], canary: {}}',
      /^3:\d+ .*environments\[1\]: there is no environment "pord"; .*did you mean prod/,
    ],
    ['with falling steps', '{canary: {steps: [10, 50, 30]}}', /steps\[3\]: is not greater than the previous step, 50/],
    ['with equal steps', '{canary: {steps: [10, 10]}}', /steps\[2\]: is not greater than the previous step, 10/],
    ['with a share of 0', '{canary: {steps: [0, 10]}}', /steps\[1\]: the number 0 is under 1/],
    ['with more than everything', '{canary: {steps: [10, 101]}}', /steps\[2\]: the number 101 is over 100/],
    ['with a route but no Service', '{canary: {route: web}}', /canary\.route: also needs service/],
    ['with a Service but no route', '{canary: {service: web}}', /canary\.service: also needs route/],
    ['with blue/green but no Service', '{blue_green: {}}', /blue_green\.service: is missing/],
    [
      'that waits for nobody, but says how long',
      '{canary: {proceed: automatic, human_wait: 60}}',
      /human_wait: is only valid with proceed: person/,
    ],
    [
      'with a metric from nowhere',
      `{canary: {checks: [{name: e${limit}}]}}`,
      /checks\[1\]: does not say where its number comes from/,
    ],
    [
      'with a metric from two places',
      `{canary: {checks: [{name: e, prometheus: q, cloudwatch: {metrics: {m: {namespace: n, name: n, statistic: Sum}}}${limit}}]}}`,
      /checks\[1\]: names two sources for one number/,
    ],
    ['without a limit', '{canary: {checks: [{name: e, prometheus: q}]}}', /checks\[1\]: has no limit/],
    [
      'with limits that cross',
      '{canary: {checks: [{name: e, prometheus: q, max: 1, min: 2}]}}',
      /checks\[1\]\.min: is greater than max, 1/,
    ],
    [
      'with a target above its limit',
      '{canary: {checks: [{name: e, prometheus: q, max: 1, proven_max: 2}]}}',
      /proven_max: is greater than max, 1/,
    ],
    [
      'with a target below its limit',
      '{canary: {checks: [{name: e, prometheus: q, min: 2, proven_min: 1}]}}',
      /proven_min: is less than min, 2/,
    ],
    [
      'with two checks of one name',
      `{canary: {checks: [{name: e, prometheus: q${limit}}, {name: e, prometheus: r${limit}}]}}`,
      /checks\[2\]\.name: is the name of another check/,
    ],
    [
      'with two metrics and no expression',
      `{canary: {checks: [{name: e, cloudwatch: {metrics: {m: {namespace: n, name: n, statistic: Sum}, n: {namespace: n, name: n, statistic: Sum}}}${limit}}]}}`,
      /metrics: has several metrics, but no expression/,
    ],
    [
      'with no metrics',
      `{canary: {checks: [{name: e, cloudwatch: {metrics: {}}${limit}}]}}`,
      /metrics: has 0 metrics; from 1 to 5 are allowed/,
    ],
    [
      'that is too long',
      `{canary: {checks: [${['a', 'b', 'c'].map((name) => `{name: ${name}, prometheus: "${'q'.repeat(900)}"${limit}}`).join()}]}}`,
      /strategy: is longer than 2500 characters/,
    ],
    ['with an unknown key', '{canary: {stepz: [1]}}', /canary\.stepz: .*did you mean .*steps/],
  ])('%s', (_, written, problem, service = '') => {
    const parsed = read(written, service);
    const told = 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
    expect(told).toEqual([expect.stringMatching(problem)]);
  });
});
