import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { KubernetesObject } from '../../lib/domain/ports.ts';
import { deployment, mirrored, object, placeIn, warning } from './mirror-stage.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const megabyte = 1024 * 1024;

/** About 8 KB, like the pods of a real service: a verdict ignores most of it. */
const likePods = (name: string): JsonObject => ({
  spec: {
    nodeName: 'node-1',
    containers: Array.from({ length: 2 }, (_, nth) => ({
      name: `c${nth}`,
      image: `registry.example/team/${name}:1.2.3`,
      readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
      env: Array.from({ length: 20 }, (_, at) => ({ name: `VARIABLE_${at}`, value: 'x'.repeat(60) })),
      volumeMounts: Array.from({ length: 4 }, (_, at) => ({ name: `volume-${at}`, mountPath: `/mnt/volume/${at}` })),
    })),
    volumes: Array.from({ length: 4 }, (_, at) => ({ name: `volume-${at}`, secret: { secretName: `secret-${at}` } })),
  },
  status: {
    phase: 'Running',
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled', 'PodReadyToStartContainers'].map(
      (type) => ({
        ...{ type, status: 'True', lastProbeTime: null, lastTransitionTime: '2026-09-30T06:00:00Z' },
      }),
    ),
    containerStatuses: Array.from({ length: 2 }, (_, nth) => ({
      ...{
        name: `c${nth}`,
        ready: true,
        restartCount: 0,
        started: true,
        state: { running: { startedAt: '2026-09-30T06:00:00Z' } },
      },
      ...{
        image: `registry.example/team/${name}:1.2.3`,
        imageID: `registry.example/team/${name}@sha256:${'0'.repeat(64)}`,
      },
    })),
  },
});

const withFields = (one: KubernetesObject): KubernetesObject => ({
  ...one,
  metadata: {
    ...(one.metadata as JsonObject),
    managedFields: Array.from({ length: 3 }, () => ({ manager: 'kubelet', fieldsV1: { 'f:status': 'x'.repeat(800) } })),
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(1_500) },
  },
});

test('200 workloads in flight, in namespaces of thousands of pods, take less than 256 MB', async () => {
  const stage = mirrored();
  const { api, mirror } = stage;
  const namespaces = Array.from({ length: 4 }, (_, nth) => `team-${nth}`);
  for (const namespace of namespaces) {
    const { deployments, replicaSets, pods, events } = placeIn(namespace);
    for (let app = 0; app < 250; app += 1) {
      const name = `app-${app}`;
      api.put(deployments, withFields(object(name)));
      for (let old = 0; old < 5; old += 1) api.put(replicaSets, withFields(object(`${name}-${old}`, name)));
      for (let pod = 0; pod < 16; pod += 1)
        api.put(pods, withFields(object(`${name}-4-${pod}`, `${name}-4`, likePods(name))));
      for (let nth = 0; nth < 10; nth += 1)
        api.put(events, warning(`${name}-${nth}`, `${name}-4-${nth}`, 'x'.repeat(900)));
    }
  }
  const followed = namespaces.flatMap((namespace) =>
    Array.from({ length: 50 }, (_, app) => deployment(`app-${app}`, namespace)),
  );
  collect();
  const before = process.memoryUsage().heapUsed;
  stage.follow(...followed);
  const views = await Promise.all(followed.map(({ name, namespace }) => stage.view(name, namespace)));
  expect(views.every((view) => view?.pods.length === 16)).toBe(true);
  views.length = 0;
  collect();
  const took = (process.memoryUsage().heapUsed - before) / megabyte;
  // An idle process has about 70 MB.
  expect(took).toBeLessThan(256 - 70);
  expect(took).toBeGreaterThan(mirror.size / megabyte / 2);
  mirror.rest();
});
