import { expect, test } from 'vitest';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { documentPaths } from '../../../lib/domain/record/keys.ts';
import { submitBatch } from '../../../lib/usecases/batch/submit-batch.ts';
import { planBatch } from '../../../lib/usecases/plan/plan-batch.ts';
import { makeWorld, manyYaml, readHeader, submitted } from '../batch/api-world.ts';

/** The same catalogue, except where the deployments go. */
const moved = (catalogue: Catalogue): Catalogue => ({
  ...catalogue,
  infrastructures: {
    ...catalogue.infrastructures,
    'cluster-eu-1': { ...catalogue.infrastructures['cluster-eu-1']!, cluster: 'elsewhere' },
  },
});

const scene = async () => {
  const world = makeWorld();
  const batchId = await submitted(world);
  const plan = (catalogue: () => Promise<Catalogue>) =>
    planBatch({ ...world.deps, catalogue }, { batch_id: batchId, execution_arn: 'arn' });
  const clusters = async () => {
    const chunk = JSON.parse((await world.documents.get(documentPaths.planChunk(batchId, 0)))!);
    return [...new Set((chunk as PlannedDeployment[]).map(({ cluster }) => cluster))];
  };
  return { world, batchId, plan, clusters };
};

test('writes a plan that was started twice a second time only if both are the same', async () => {
  const { world, batchId, plan, clusters } = await scene();
  const { catalogue } = world;
  const repeated = plan(async () => {
    // While this one reads the catalogue, the first one finishes.
    expect(await plan(async () => catalogue)).toEqual({ count: 3 });
    return catalogue;
  });
  expect(await repeated).toEqual({ count: 3 });
  expect((await readHeader(world, batchId)).reason).toBe('Planned');
  expect(await clusters()).toEqual(['cluster-eu-1']);
});

test('counts a batch of one in the singular, when it is accepted and when it is planned', async () => {
  const world = makeWorld();
  const { header } = await submitBatch(world.deps, { text: manyYaml(1), actor: 'ada' });
  expect(header.message).toBe('Accepted with 1 deployment.');
  await planBatch(world.deps, { batch_id: header.batch_id, execution_arn: 'arn' });
  expect((await readHeader(world, header.batch_id)).message).toBe('Planned 1 deployment.');
});

test('leaves the plan frozen for a late call with another catalogue', async () => {
  const { world, batchId, plan, clusters } = await scene();
  const { catalogue } = world;
  const late = plan(async () => {
    await plan(async () => catalogue);
    return moved(catalogue);
  });
  await expect(late).rejects.toMatchObject({
    name: 'StatusConflict',
    message: `batch ${batchId} is being planned with another catalogue`,
  });
  expect((await readHeader(world, batchId)).reason).toBe('Planned');
  expect(await clusters()).toEqual(['cluster-eu-1']);
});
