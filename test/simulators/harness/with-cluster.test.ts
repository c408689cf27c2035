import { describe, expect, it } from 'vitest';
import { startSimulatedCluster } from '../../../lib/simulators/cluster/simulated-cluster.ts';
import { startSimulatedHarness } from '../../../lib/simulators/harness/simulated-harness.ts';
import { eventually } from '../../executors/harness-fixtures.ts';

const paths = {
  deployment: '/apis/apps/v1/namespaces/risk/deployments/w',
  statefulset: '/apis/apps/v1/namespaces/risk/statefulsets/w',
  daemonset: '/apis/apps/v1/namespaces/risk/daemonsets/w',
  job: '/apis/batch/v1/namespaces/risk/jobs/w',
  cronjob: '/apis/batch/v1/namespaces/risk/cronjobs/w',
  pod: '/api/v1/namespaces/risk/pods/w',
};

describe('both simulators together', () => {
  it.each(Object.entries(paths))('the first deployment creates a %s and the second changes it', async (kind, path) => {
    const cluster = await startSimulatedCluster({ port: 0 });
    const harness = await startSimulatedHarness({
      clusters: { c1: cluster.url },
      eventMilliseconds: 5,
      stageMilliseconds: 5,
    });
    try {
      const query = 'accountIdentifier=a&orgIdentifier=o&projectIdentifier=p&pipelineIdentifier=pl&triggerIdentifier=t';
      for (const [index, version] of ['1.0', '2.0'].entries()) {
        const target = { cluster: 'c1', namespace: 'risk', kind, name: 'w', image: 'team/app' };
        const body = JSON.stringify({ service_name: 's', docker_image_version: version, target });
        await fetch(`${harness.url}/pipeline/api/webhook/custom/tok/v3?${query}`, { method: 'POST', body });
        const run = await eventually(async () => {
          const latest = harness.runs()[index];
          return latest?.ended_at === undefined ? undefined : latest;
        });
        const detail = await fetch(
          `${harness.url}/pipeline/api/pipelines/execution/v2/${run.plan_execution_id}?accountIdentifier=a&orgIdentifier=o&projectIdentifier=p`,
        );
        expect(await detail.text()).toContain('"status":"Success"');
        const object = await (await fetch(`${cluster.url}${path}`)).text();
        expect(object).toContain(`"image":"team/app:${version}"`);
        expect(run.status).toBe('Success');
      }
    } finally {
      await harness.close();
      await cluster.close();
    }
  });
});
