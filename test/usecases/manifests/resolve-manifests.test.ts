import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../lib/domain/batch/batch.ts';
import type { ManifestOrigin } from '../../../lib/domain/manifests/kubernetes-settings.ts';
import type { FetchedManifests, ManifestSources } from '../../../lib/domain/manifests/manifest-sources.ts';
import { nameOfSource } from '../../../lib/domain/manifests/source-name.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { documentPaths } from '../../../lib/domain/record/keys.ts';
import { finishBatch } from '../../../lib/usecases/batch/finish-batch.ts';
import { submitBatch } from '../../../lib/usecases/batch/submit-batch.ts';
import { planBatch } from '../../../lib/usecases/plan/plan-batch.ts';
import { previewPlan } from '../../../lib/usecases/plan/preview-plan.ts';
import { makeWorld, readHeader } from '../batch/api-world.ts';

const deployment = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: r.example/a}]}}}
`;
const git = { git: 'https://git.example/shop', ref: 'main', path: 'web' };
const s3 = { s3: 's3://bucket/api.yaml' };

const textOf = (sources: readonly (readonly [name: string, from: ManifestOrigin | undefined])[]): string =>
  JSON.stringify({
    version: 'v1.0',
    defaults: {
      environment_id: 'staging',
      infrastructure_id: 'cluster-eu-1',
      docker_artifact_type: 'docker',
      executor: 'kubernetes',
    },
    deployments: sources.map(([service_name, manifests]) => ({
      ...{ pillar: 'shared', service_name, docker_image_version: '2' },
      ...(manifests === undefined ? {} : { manifests }),
      ...(service_name === 'api' ? { infrastructure_id: 'cluster-us-1' } : {}),
    })),
  });

/** An accepted batch, and what its sources give. It notes each request. */
const scene = async (text: string, given: Readonly<Record<string, FetchedManifests>>, planHash?: string) => {
  const world = makeWorld();
  const asked: string[] = [];
  const manifestSources: ManifestSources = {
    obtain: async (from) => {
      asked.push(nameOfSource(from));
      const found = given[nameOfSource(from)];
      if (found === undefined) throw new Error(`nobody said what is at ${nameOfSource(from)}`);
      return found;
    },
  };
  const { header } = await submitBatch(world.deps, {
    text,
    actor: 'ada',
    ...(planHash === undefined ? {} : { planHash }),
  });
  const batchId = header.batch_id;
  const plan = () => planBatch({ ...world.deps, manifestSources }, { batch_id: batchId, execution_arn: 'arn' });
  const planned = (): PlannedDeployment[] =>
    JSON.parse(world.documents.texts.get(documentPaths.planChunk(batchId, 0))!);
  const kept = (): Batch => JSON.parse(world.documents.texts.get(documentPaths.batch(batchId))!);
  return { world, batchId, plan, planned, kept, asked };
};

const web = nameOfSource(git);
const api = nameOfSource(s3);

describe('manifests from elsewhere', () => {
  it('are fetched once when the batch is planned, and are part of its plan from then on', async () => {
    const text = textOf([
      ['web', git],
      ['api', s3],
      ['old', undefined],
    ]);
    const { world, batchId, plan, planned, kept, asked } = await scene(text, {
      [web]: { text: deployment('web'), revision: 'c0ffee' },
      [api]: { text: deployment('api') },
    });
    await plan();
    await plan();
    expect(asked).toEqual([web, api]);
    const settings = Object.fromEntries(planned().map(({ key, executor }) => [key, executor.settings]));
    expect(settings).toEqual({
      'shared/web': { manifests: { from: git, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), revision: 'c0ffee' } },
      'shared/api': { manifests: { from: s3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
      'shared/old': {},
    });
    expect(kept().deployments.map(({ manifests }) => manifests)).toEqual([
      settings['shared/web']!.manifests,
      settings['shared/api']!.manifests,
      undefined,
    ]);
    const { sha256 } = kept().deployments[0]!.manifests!;
    expect(world.documents.texts.get(documentPaths.manifests(sha256!))).toBe(deployment('web'));
    const seen = await previewPlan(world.deps, { text });
    expect((await readHeader(world, batchId)).plan_hash).not.toBe(seen.plan_hash);
  });

  it('are planned after a look at the plan that did not know them', async () => {
    const text = textOf([['web', git]]);
    const { plan_hash } = await previewPlan(makeWorld().deps, { text });
    const { plan } = await scene(text, { [web]: { text: deployment('web') } }, plan_hash);
    expect(await plan()).toEqual({ count: 1 });
  });

  it('are requested once where several deployments use them', async () => {
    const { plan, asked, kept } = await scene(
      textOf([
        ['web', git],
        ['api', git],
      ]),
      {
        [web]: { text: `${deployment('web')}---\n${deployment('api')}` },
      },
    );
    await plan();
    expect(asked).toEqual([web]);
    expect(kept().deployments.map(({ workload }) => workload?.name)).toEqual(['web', 'api']);
  });

  it('fail the batch with all problems, and nothing starts', async () => {
    const { world, batchId, plan } = await scene(
      textOf([
        ['web', git],
        ['api', s3],
        ['old', { s3: 's3://bucket/old' }],
      ]),
      {
        [web]: { problem: 'there is no branch and no tag main' },
        [api]: {
          text: '# file: k8s/api.yaml\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\ndata: {a: eA==}\n',
        },
        's3://bucket/old': { text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' },
      },
    );
    await expect(plan()).rejects.toMatchObject({ name: 'BatchInvalid' });
    await expect(plan()).rejects.toMatchObject({ name: 'BatchInvalid' });
    const { message, reason, seq } = await readHeader(world, batchId);
    expect([reason, seq]).toEqual(['ManifestsRefused', 2]);
    expect(message).toBe(
      [
        `Its manifests cannot be deployed: ${web}: there is no branch and no tag main`,
        `${api}: k8s/api.yaml:1 ConfigMap a apiVersion: is missing (for example apps/v1)`,
        `shared/api: ${api}: k8s/api.yaml:7 Secret b data: has Secret data in plain text, which would be stored with the batch ` +
          '(create it in the cluster: External Secrets, Sealed Secrets, or an existing Secret)',
        'shared/old: s3://bucket/old: line 1: they contain no object whose rollout can be verified (a Deployment, a StatefulSet, a DaemonSet, a Job, a CronJob, a Rollout or a Knative Service)',
      ].join('; '),
    );
    await finishBatch(world.deps, { batch_id: batchId });
    expect(await readHeader(world, batchId)).toMatchObject({ status: 'FAILED', reason: 'ManifestsRefused', message });
  });

  it('from too many places are not fetched', async () => {
    const many = Array.from({ length: 101 }, (_, at) => [`s${at}`, { s3: `s3://bucket/${at}` }] as const);
    const { plan, asked } = await scene(textOf(many), {});
    await expect(plan()).rejects.toMatchObject({
      message: expect.stringContaining('Manifests from 101 sources; a batch may have 100.'),
    });
    expect(asked).toEqual([]);
  });
});
