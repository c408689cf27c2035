import { get } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { startSimulatedHarness } from '../../lib/simulators/harness/simulated-harness.ts';

const statusFor = (url: string, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = get(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    asked.once('error', reject);
  });

test.each([
  ['cluster', startSimulatedCluster, '/api/v1/pods'],
  ['harness', startSimulatedHarness, '/simulator/runs'],
])('the simulated %s answers only to names of this machine', async (_, start, path) => {
  const simulator = await start({});
  onTestFinished(() => simulator.close());
  const { host } = new URL(simulator.url);
  expect(await statusFor(`${simulator.url}${path}`, host)).toBe(200);
  expect(await statusFor(`${simulator.url}${path}`, 'elsewhere.example')).toBe(403);
});
