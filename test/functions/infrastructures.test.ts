import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { makeWorld, planned } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

/** One service on two infrastructures, for every route that takes or gives a key. */
const text = `version: v1.0
defaults: { environment_id: staging, infrastructure_id: [cluster-eu-1, cluster-us-1], docker_artifact_type: docker }
releases:
  risk: { cva: "1.0.0" }
  shared: { web: { version: "1.0.0", dependencies: [cva] } }
`;
const [eu, us] = ['risk/cva@cluster-eu-1', 'risk/cva@cluster-us-1'];

const makeApi = async (grants?: readonly Grant[]) => {
  const world = makeWorld();
  const catalogue = grants === undefined ? world.catalogue : { ...world.catalogue, grants };
  const handler = create({ ...world.deps, catalogue: async () => catalogue });
  const { batchId } = await planned(world, text);
  return { batchId, ask: (method: string, path: string, call?: Call) => callApi(handler, method, path, call) };
};

describe('a deployment on one of several infrastructures', () => {
  test.each(['@', '%40'])('is found by its key, with the sign as %s', async (sign) => {
    const { batchId, ask } = await makeApi();
    const { status, body } = await ask('GET', `/batches/${batchId}/deployments/${us.replace('@', sign)}`);
    expect([status, body.key, body.infrastructure_id]).toEqual([200, us, 'cluster-us-1']);
    expect(body.links.self).toBe(`/batches/${batchId}/deployments/${us}`);
  });

  test('appears in the message where the request names only the service', async () => {
    const { batchId, ask } = await makeApi();
    const { status, body } = await ask('GET', `/batches/${batchId}/deployments/risk/cva`);
    expect([status, body.detail]).toEqual([
      404,
      `Batch ${batchId} has no deployment risk/cva (it is on several infrastructures: ${eu}, ${us}).`,
    ]);
  });

  test.each(['resolve', 'proceed'])('is named where the service alone is to %s', async (verb) => {
    const { batchId, ask } = await makeApi();
    const body = verb === 'resolve' ? JSON.stringify({ status: 'SUCCESS', reason: 'seen' }) : undefined;
    const headers = { 'content-type': 'application/json' };
    const call = body === undefined ? {} : { body, headers };
    const { status, body: told } = await ask('POST', `/batches/${batchId}/deployments/risk/cva/${verb}`, call);
    expect([status, told.detail]).toEqual([
      404,
      `Batch ${batchId} has no planned deployment risk/cva (it is on several infrastructures: ${eu}, ${us}).`,
    ]);
  });

  test('is a deployment of its own in lists, in the graph and in a plan', async () => {
    const { batchId, ask } = await makeApi();
    const list = await ask('GET', `/batches/${batchId}/deployments?text=cva`);
    expect(list.body.deployments.map(({ key }: { key: string }) => key).sort()).toEqual([eu, us]);
    const { body: graph } = await ask('GET', `/batches/${batchId}/graph`);
    const web = graph.keys.indexOf('shared/web@cluster-eu-1');
    expect(graph.dependencies[web].map((place: number) => graph.keys[place]).sort()).toEqual([eu, us]);
    const held = await ask('GET', `/batches/${batchId}/deployments?held_by=risk/cva`);
    expect(held.body.deployments).toHaveLength(2);
    const plan = await ask('POST', '/batches/plan', { body: text });
    expect(plan.body.deployments.map(({ key }: { key: string }) => key)).toContain(us);
  });

  test('stays hidden with its pillar, also in what others wait for', async () => {
    const shared: Grant = { subject: '*', may: ['read'], pillars: ['shared'], environments: ['*'] };
    const { batchId, ask } = await makeApi([shared]);
    const answers = await Promise.all(
      ['', '/deployments', '/graph', '/deployments/shared/web@cluster-eu-1', `/deployments/${eu}`].map((path) =>
        ask('GET', `/batches/${batchId}${path}`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404]);
    expect(JSON.stringify(answers.slice(0, 4))).not.toMatch(/cva|risk/);
  });

  test('is not a valid key for one deployment without a file', async () => {
    const { ask } = await makeApi();
    const body = JSON.stringify({ key: us, version: '1', environment: 'staging', infrastructure: 'cluster-us-1' });
    const answer = await ask('POST', '/deployments', { body, headers: { 'content-type': 'application/json' } });
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([
      400,
      expect.stringContaining('name the infrastructure in its own field'),
    ]);
  });
});
