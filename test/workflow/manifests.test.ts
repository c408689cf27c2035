import { describe, expect, test } from 'vitest';
import type { ManifestSources } from '../../lib/domain/manifests/manifest-sources.ts';
import { submitBatch } from '../../lib/usecases/batch/submit-batch.ts';
import { World } from './world.ts';

/** Remote manifests, in a whole system: the state Plan fetches them. */

const git = { git: 'https://git.example/shop', ref: 'main' };
const text = JSON.stringify({
  version: 'v1.0',
  defaults: {
    environment_id: 'staging',
    infrastructure_id: 'cluster-eu-1',
    docker_artifact_type: 'docker',
    executor: 'kubernetes',
  },
  deployments: ['web', 'api'].map((service_name) => ({
    ...{ pillar: 'shared', service_name, docker_image_version: '2.0.0', manifests: git },
    metadata: { retry_count: 0, rollback_strategy: 'none' },
  })),
});

const scene = async (manifestSources?: ManifestSources) => {
  const world = await World.make();
  if (manifestSources !== undefined) Object.assign(world.deps, { manifestSources });
  const { header } = await submitBatch(world.deps, { text, actor: 'ada' });
  await world.settled(header.batch_id);
  return { world, header: await world.header(header.batch_id) };
};

describe('a batch whose manifests', () => {
  test.each<readonly [string, ManifestSources | undefined, RegExp]>([
    ['nobody fetches', undefined, /^Its manifests cannot be deployed: This server is not set up to fetch manifests\.$/],
    [
      'do not exist',
      { obtain: async () => ({ problem: 'there is no branch and no tag main' }) },
      /https:\/\/git\.example\/shop main: there is no branch/,
    ],
    ['are wrong', { obtain: async () => ({ text: 'kind: [' }) }, /line 1: a `\[` is not closed/],
  ])('%s ends as failed, says why, and starts nothing', async (_, sources, message) => {
    const { world, header } = await scene(sources);
    expect([header.status, header.reason, header.totals]).toEqual(['FAILED', 'ManifestsRefused', {}]);
    expect(header.message).toMatch(message);
    expect(world.executor.starts.size).toBe(0);
  });
});
