import { expect, test } from 'vitest';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type ItemRow, rowOf } from '../../../lib/domain/record/rows.ts';
import { runPlace } from '../../../lib/usecases/deployment/launch-run.ts';
import { recordOutcome } from '../../../lib/usecases/deployment/record-outcome.ts';
import { settleFailure } from '../../../lib/usecases/deployment/settle-failure.ts';
import { aboutToStart } from './about-to-start.ts';

/** A registry's error page, or the answer of an admission webhook, as a pod's status quotes it. */
const page = `502 Bad Gateway ${'<html>…</html> '.repeat(10_000)}`;

test('however much a cluster says about a failure, its outcome can be written', async () => {
  const { world, batchId, deployment } = await aboutToStart();
  const evidence = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    kind: 'pod',
    name,
    reason: 'ErrImagePull',
    message: page,
  }));
  await settleFailure(world.deps, {
    place: runPlace({ batch_id: batchId, index: 0 }, 'deploy-1', deployment),
    deployment,
    failure: { reason: 'ImagePullBackOff', message: page, evidence, touched: true },
    actor: 'observer',
  });
  await recordOutcome(world.deps, { batch_id: batchId, index: 0, error: { Error: 'AttemptEnded' } });
  const outcome = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome;
  expect(outcome?.status).toBe('FAILED');
  expect(outcome?.message).toMatch(/^502 Bad Gateway <html>/);
  expect(outcome?.evidence).toHaveLength(5);
});
