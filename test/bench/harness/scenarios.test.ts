import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { faultOrderSchema } from '../../../lib/simulators/harness/fault-schema.ts';
import { batchText, configurationText, keyVariable, kubeconfigText } from './given-files.ts';
import { chosenScenarios, type Scenario, scenarioNames, scenarios } from './scenarios.ts';

const addresses = { harness: 'http://127.0.0.1:1', cluster: 'http://127.0.0.1:2' };

/** How many deployments each way of starting and each pipeline gets, as Flotilla plans it. */
const planned = (scenario: Scenario) => {
  const parsed = parseConfiguration(configurationText(scenario, addresses), {
    env: { [keyVariable]: 'pat.bench.1' },
    readFile: () => undefined,
  });
  if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
  const { catalogue, connections } = parsed.configuration;
  const read = parseBatch(batchText(scenario), catalogue);
  if ('issues' in read) throw new Error(JSON.stringify(read.issues[0]));
  const settings = planBatch(read.batch, catalogue).deployments.map(({ executor }) => executor.settings);
  return {
    deployments: settings.length,
    atOnce: read.batch.strategy.max_concurrency,
    modes: [...new Set(settings.map((one) => (one as { mode: string }).mode))].sort(),
    pipelines: new Set(settings.map((one) => (one as { pipeline: string }).pipeline)).size,
    simulated: [connections.harness.kind, ...Object.values(connections.clusters).map(({ kind }) => kind)],
  };
};

const real = ['real', 'kubeconfig'];

describe('what a build is given', () => {
  it.each([
    ['steady-10', { deployments: 10, atOnce: 10, modes: ['execute', 'webhook'], pipelines: 4, simulated: real }],
    ['steady-240', { deployments: 240, atOnce: 240, modes: ['execute', 'webhook'], pipelines: 4, simulated: real }],
    ['execute-300', { deployments: 300, atOnce: 300, modes: ['execute'], pipelines: 4, simulated: real }],
    ['webhook-500', { deployments: 500, atOnce: 500, modes: ['webhook'], pipelines: 4, simulated: real }],
    ['pipelines-30', { deployments: 30, atOnce: 30, modes: ['execute', 'webhook'], pipelines: 30, simulated: real }],
    ['lost-starts', { deployments: 30, atOnce: 30, modes: ['execute'], pipelines: 4, simulated: real }],
    ['slow-reads', { deployments: 40, atOnce: 40, modes: ['execute', 'webhook'], pipelines: 4, simulated: real }],
  ])('in %s is %j', (name, expected) => {
    expect(planned(scenarios.find((one) => one.name === name)!)).toEqual(expected);
  });

  it('leads to the simulators', () => {
    expect(configurationText(scenarios[0]!, addresses)).toContain('"base_url":"http://127.0.0.1:1"');
    expect(kubeconfigText(addresses)).toContain('"server":"http://127.0.0.1:2"');
  });
});

it('every fault exists in the simulated Harness', () => {
  const faults = scenarios.flatMap((scenario) => scenario.faults ?? []);
  expect(faults.map((fault) => faultOrderSchema.safeParse(fault).error)).toEqual([undefined, undefined]);
});

it('chooses all scenarios without a name, else the named ones, in the order of the table', () => {
  const chosen = (...only: string[]): readonly string[] => chosenScenarios(only).map(({ name }) => name);
  expect(chosen()).toEqual(scenarioNames);
  expect(chosen('slow-reads', 'steady-10')).toEqual(['steady-10', 'slow-reads']);
});
