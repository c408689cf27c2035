import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { changeItem, pendingItem } from '../../lib/domain/record/change.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { changeBatch, makeWorld, planned } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';

const manifests = `apiVersion: v1
kind: ConfigMap
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "registry.example/web:1"}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {flotilla.dev/hook: before}}
`;

const item = (name: string, written: object) => ({
  ...{ pillar: 'shared', service_name: name, docker_image_version: '2.4.0', executor: 'kubernetes' },
  ...written,
});

const batch = (...deployments: readonly object[]): string =>
  JSON.stringify({
    version: 'v1.0',
    defaults: { environment_id: 'staging', infrastructure_id: 'cluster-eu-1', docker_artifact_type: 'docker' },
    deployments,
  });

const post = (world: ReturnType<typeof makeWorld>, path: string, body: string, headers = {}) =>
  callApi(create(world.deps), 'POST', path, { body, headers });

describe('a batch with manifests', () => {
  test('is accepted, and stores their text by its name, not in the batch', async () => {
    const world = makeWorld();
    const answer = await post(world, '/batches', batch(item('web', { manifests })));
    expect(answer.status).toBe(202);
    const { deployments } = JSON.parse(world.documents.texts.get(documentPaths.batch(answer.body.batch_id))!);
    const { sha256 } = deployments[0].manifests;
    expect(world.documents.texts.get(documentPaths.manifests(sha256))).toBe(manifests);
  });

  test('is refused with every problem, and nothing is stored', async () => {
    const world = makeWorld();
    const answer = await post(
      world,
      '/batches',
      batch(item('web', { manifests: manifests.replace('kind: Job', 'kind: Pod') })),
    );
    expect(answer).toMatchObject({ status: 422, body: { code: 'BatchInvalid' } });
    expect(answer.body.issues[0].message).toBe('line 16: a hook must be a Job, not a Pod');
    expect(world.documents.texts.size).toBe(0);
  });

  test('shows a plan with its objects in the order they would be applied; remote manifests are not resolved yet', async () => {
    const world = makeWorld();
    const git = { git: 'https://git.example/shop', ref: 'main', path: 'deploy/api' };
    const text = batch(item('web', { manifests }), item('api', { manifests: git }), item('old', {}));
    const { status, body } = await post(world, '/batches/plan', text);
    expect(status).toBe(200);
    expect(body.deployments[0]).toMatchObject({
      manifests: {
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        objects: 3,
        applied: [
          { api_version: 'batch/v1', kind: 'Job', namespace: 'shared', name: 'migrate', hook: 'before' },
          { api_version: 'v1', kind: 'ConfigMap', namespace: 'shared', name: 'web' },
          { api_version: 'apps/v1', kind: 'Deployment', namespace: 'shared', name: 'web' },
        ],
      },
      steps: expect.arrayContaining([
        expect.stringMatching(/^applies its manifests with 2\.4\.0 in staging: up to 4 tries/),
      ]),
    });
    expect(body.deployments[1]).toMatchObject({
      manifests: { from: git, not_resolved: true },
      steps: expect.arrayContaining([
        expect.stringMatching(/^applies the manifests of https:\/\/git\.example\/shop main deploy\/api with/),
      ]),
    });
    expect(body.deployments[2].manifests).toBeUndefined();
    expect(body.deployments[2].steps[0]).toMatch(
      /^sets the image of deployment shared\/old on cluster-eu-1 to 2\.4\.0/,
    );
  });

  test('is retried with what it had, in a file that reads the same', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(
      world,
      batch(item('web', { manifests }), item('api', { manifests: { s3: 's3://bucket/api.yaml' } })),
    );
    for (const { index, key } of plan.deployments) {
      const told = { status: 'FAILED' as const, reason: 'Because', message: '' };
      const outcome = { ...told, evidence: [], warnings: [], attempts: 1, runs: [], ended_at: world.clock.now() };
      const change = changeItem(pendingItem(batchId, index, key), { ...told, outcome }, { at: 1, actor: 'record' });
      await world.table.transact(change.writes);
    }
    const told = { status: 'FAILED', reason: 'DeploymentsFailed', message: '' } as const;
    await changeBatch(world, batchId, { ...told, totals: { FAILED: 2 }, ended_at: world.clock.now() });
    const retried = await post(world, `/batches/${batchId}/retry`, '{}', { 'content-type': 'application/json' });
    expect(retried.status).toBe(202);
    const written = (id: string) => JSON.parse(world.documents.texts.get(documentPaths.batch(id))!).deployments;
    const manifestsOf = (id: string) => written(id).map((one: { manifests: object }) => one.manifests);
    expect(manifestsOf(retried.body.batch_id)).toEqual(manifestsOf(batchId));
    const source = world.documents.texts.get(documentPaths.source(retried.body.batch_id))!;
    const again = await post(world, '/batches', source);
    expect(manifestsOf(again.body.batch_id)).toEqual(manifestsOf(batchId));
  });
});
