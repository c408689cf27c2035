import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TargetHealth } from '../../lib/usecases/targets/check-target.ts';
import { Api, type Ended } from './api.ts';
import { clientsOf, givenCloud, stage } from './cloud.ts';
import { placed } from './configuration.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();
const cases = Object.entries(placed).map(([cluster, one]) => ({ cluster: cluster as keyof typeof placed, ...one }));

const batch = `
version: v1.0
metadata: { name: Placed }
defaults: { environment_id: staging, docker_artifact_type: docker, timeout: 120, retry_count: 0 }
deployments:
${cases.map(({ cluster, service }) => `  - { pillar: risk, service_name: ${service}, docker_image_version: 2.0.0, infrastructure_id: ${cluster}, executor: kubernetes }`).join('\n')}
`;

/** Functions that the emulator has called, by its log. */
const called = (name: string): boolean =>
  readFileSync(join(cloud.folder, 'emulator.log'), 'utf8').includes(`flotilla-${stage}-${name}`);

describe('a batch of two places, one of them with a cluster of another account', () => {
  let api: Api;
  let ended: Ended;

  beforeAll(async () => {
    api = new Api(cloud, await fetchToken(clientsOf(cloud), cloud, ['flotilla/read', 'flotilla/deploy']));
    ended = await api.follow(await api.begin(batch));
  });

  it.each(cases)(
    'is applied in $cluster by the copies in $place, and verified',
    async ({ cluster, place, service }) => {
      expect(ended.deployments[`risk/${service}`]).toMatchObject({ status: 'SUCCESS', release_after: '2.0.0' });
      const at = `${cloud.placed[cluster]}/apis/apps/v1/namespaces/risk/deployments/${service}`;
      const found = (await (await fetch(at)).json()) as {
        spec: { template: { spec: { containers: { image: string }[] } } };
      };
      expect(found.spec.template.spec.containers[0]?.image).toBe(`registry.example.com/risk/${service}:2.0.0`);
      for (const stem of ['capture-baseline', 'deploy-to-cluster']) expect(called(`${stem}-at-${place}`)).toBe(true);
    },
  );

  it.each(cases)('is observed in $cluster by the copy in $place, which the API calls', async ({ place, service }) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ key: `risk/${service}`, environment: 'staging' });
    const answer = await api.send('/targets/health', { method: 'POST', headers, body });
    const told = (await answer.json()) as TargetHealth;
    expect([answer.status, told]).toMatchObject([200, { healthy: true, running: '2.0.0' }]);
    expect(called(`api-looks-at-${place}`)).toBe(true);
  });
});
