import { expect, test } from 'vitest';
import type { KubeObject } from '../../lib/simulators/cluster/kube-object.ts';
import { startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { expectReasons, progressOf, withoutRepeats } from '../simulators/cluster/progress-reasons.ts';
import { readRecording } from './recorded-rollouts.ts';

/** Compares the simulated controllers with a recording of a real control plane. */

const { events } = readRecording();

const recorded = (image: string, until = Number.POSITIVE_INFINITY): readonly string[] =>
  withoutRepeats(
    events
      .filter(({ kind, object, t }) => kind === 'Deployment' && object.metadata.name === 'app' && t < until)
      .filter(({ object }) => JSON.stringify(object).includes(`"image":"${image}"`))
      .map(({ object }) => progressOf(object as unknown as KubeObject)),
  );

test('a rolling update shows the reasons of the real controller in its order, for an update and for a bad image', async () => {
  const seed = [{ name: 'app', namespace: 'shared', image: 'reg.local/app:1', replicas: 2 }];
  const simulated = await startSimulatedCluster({ tickMilliseconds: 10, podStartMilliseconds: 30, seed });
  // The image comes back later in the recording.
  const rollouts = [
    { tag: '2', reasons: recorded('nginx:2', 10_000) },
    { tag: '3-missing', reasons: recorded('reg.local/missing:2') },
  ];
  expect(rollouts.map(({ reasons }) => reasons.length)).toEqual([4, 3]);
  await expectReasons(simulated, rollouts);
  await simulated.close();
});
