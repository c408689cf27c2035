import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedCluster, startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { type ObjectsStage, objectsCases, stageOf } from '../contracts/cluster-objects.ts';

let simulated: SimulatedCluster;
let stage: ObjectsStage;

beforeAll(async () => {
  simulated = await startSimulatedCluster({ tickMilliseconds: 10, podStartMilliseconds: 10 });
  stage = await stageOf({ server: simulated.url }, 'objects');
});

afterAll(() => simulated.close());

describe('objects of the simulated cluster', () => {
  it.each(objectsCases)('$name', async ({ run, expected }) => {
    expect(JSON.parse(JSON.stringify(await run(stage)))).toEqual(expected);
  });

  it('names the right that is missing when a change is refused', async () => {
    simulated.rights.take('patch configmaps');
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'forbidden', namespace: 'objects' } };
    const told = await stage.objects.apply(object, { dryRun: true });
    simulated.rights.giveAll();
    const message = expect.stringContaining('cannot patch resource "configmaps" in API group ""');
    expect(told).toMatchObject({ kind: 'refused', status: 403, reason: 'Forbidden', message });
  });

  it('says nothing about objects that it may not read', async () => {
    simulated.rights.take('get configmaps');
    const reading = stage.objects.get({ api_version: 'v1', kind: 'ConfigMap', namespace: 'objects', name: 'x' });
    await expect(reading).rejects.toMatchObject({ name: 'ClusterUnavailable', details: { status: 403 } });
    simulated.rights.giveAll();
  });
});
