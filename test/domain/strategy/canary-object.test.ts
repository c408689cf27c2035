import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import {
  type CanaryRequest,
  canaryMarks,
  canaryObject,
  canaryService,
  isOfSteps,
  type OwnLabel,
  ownLabelOf,
  studied,
  type TrafficMark,
  trafficMark,
} from '../../../lib/domain/strategy/canary-object.ts';
import type { Strategy } from '../../../lib/domain/strategy/strategy.ts';

const strategy: Strategy = {
  ...{ kind: 'canary', traffic: { by: 'replicas' }, steps: [10, 50], step_seconds: 60 },
  ...{ checks: [], proceed: 'automatic', proven_seconds: 60 },
};
const marks: CanaryRequest['marks'] = {
  ...{ target: 'prod/kube/shop/web', workload: 'Deployment shop/web', batch: 'B1', attempt: 'B1-0-1', fence: 7 },
};
const workloadOf = (labels: JsonObject, matchLabels: JsonObject): JsonObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
  metadata: { name: 'web', namespace: 'shop', labels: { team: 'a' }, annotations: { note: 'of the workload' } },
  spec: {
    ...{ replicas: 4, minReadySeconds: 5, selector: { matchLabels } },
    template: {
      metadata: { labels, annotations: { scrape: 'yes' } },
      spec: { containers: [{ name: 'web', image: 'web:2.0' }] },
    },
  },
});
const workload = workloadOf({ app: 'web', tier: 'api' }, { app: 'web' });
const route: TrafficMark = { by: 'route', route: 'web', service: 'web', api_version: 'gateway.networking.k8s.io/v1' };
const own: OwnLabel = { label: 'app', value: 'web', canary: 'web-canary' };
const request: CanaryRequest = {
  ...{ workload, strategy, marks, replicas: 2, traffic: { by: 'replicas' } },
  at: { step: 1, isMoving: true, since: 5 },
};

describe('the canary of a workload', () => {
  // biome-ignore lint/suspicious/noExplicitAny: objects as they are written
  const made = (change: Partial<CanaryRequest> = {}): any => canaryObject({ ...request, ...change });

  it('is the workload under another name, with its own number of pods and one more label', () => {
    const { metadata, spec } = made();
    expect([metadata.name, metadata.namespace, metadata.labels.team]).toEqual(['web-canary', 'shop', 'a']);
    expect(metadata.annotations.note).toBeUndefined();
    expect([spec.replicas, spec.minReadySeconds]).toEqual([2, 5]);
    expect(spec.template.spec).toEqual({ containers: [{ name: 'web', image: 'web:2.0' }] });
    expect(spec.template.metadata).toEqual({
      labels: { app: 'web', tier: 'api', 'flotilla.dev/track': 'canary' },
      annotations: { scrape: 'yes' },
    });
  });

  test.each<[string, Partial<CanaryRequest>, JsonObject]>([
    ['by pods: the ones that Services select too', {}, { app: 'web', 'flotilla.dev/track': 'canary' }],
    [
      'by a route: the ones with its own value',
      { own, traffic: route },
      { app: 'web-canary', 'flotilla.dev/track': 'canary' },
    ],
    [
      'of a workload without labels in its selector: no pods of others',
      { workload: workloadOf({ app: 'web' }, {}) },
      { app: 'web', 'flotilla.dev/track': 'canary' },
    ],
    ['for green', { strategy: { ...strategy, kind: 'blue_green' } }, { app: 'web', 'flotilla.dev/track': 'green' }],
  ])('selects %s', (_, change, matchLabels) => {
    const { spec } = made(change);
    expect(spec.selector).toEqual({ matchLabels });
    expect(spec.template.metadata.labels).toMatchObject(matchLabels);
  });

  test.each<[string, CanaryRequest['at']]>([
    ['where it goes', { step: 1, isMoving: true, since: 5 }],
    ['where it goes first', { step: 0, isMoving: true }],
    ['its current step', { step: 1, isMoving: false, since: 5 }],
  ])('records %s, and how its traffic moves', (_, at) => {
    for (const traffic of [route, { by: 'replicas' } as const]) {
      const one = made({ at, traffic });
      expect([canaryMarks(one), trafficMark(one), isOfSteps(one)]).toEqual([at, traffic, true]);
    }
  });

  it('that was rolled back has one pod, and no step', () => {
    const one = studied(made({ traffic: route })) as never;
    expect([canaryMarks(one), trafficMark(one), (one as { spec: JsonObject }).spec.replicas]).toEqual([
      undefined,
      route,
      1,
    ]);
  });

  it('has none of the release, and the workload none of the steps', () => {
    expect([isOfSteps(workload), canaryMarks(workload as never), trafficMark(workload as never)]).toEqual([
      false,
      undefined,
      { by: 'replicas' },
    ]);
  });
});

describe('the Service of a canary', () => {
  it('has the ports of the main one, and selects only the pods of the canary', () => {
    const ports = [{ port: 80, targetPort: 8080 }];
    const service: JsonObject = {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } },
      spec: { selector: { app: 'web', tier: 'api' }, ports, type: 'LoadBalancer', clusterIP: '10.0.0.1' },
    };
    const made = canaryService(service, { strategy, own, marks });
    expect(made.spec).toEqual({ ports, selector: { app: 'web-canary', tier: 'api' } });
    expect([made.metadata, isOfSteps(made)]).toEqual([
      expect.objectContaining({ name: 'web-canary', namespace: 'shop' }),
      true,
    ]);
  });
});

describe('the label that distinguishes the two', () => {
  const long = 'a'.repeat(60);

  test.each<[string, JsonObject, JsonObject, string | object]>([
    ['is one of the workload’s selector', { tier: 'api', app: 'web' }, workload, own],
    [
      'is the first one if that has none of them',
      { tier: 'api' },
      workload,
      { label: 'tier', value: 'api', canary: 'api-canary' },
    ],
    [
      'is another one if a value has no room for a suffix',
      { app: long, tier: 'api' },
      workloadOf({ app: long, tier: 'api' }, { app: long }),
      { label: 'tier', value: 'api', canary: 'api-canary' },
    ],
    ['is none for a Service without a selector', {}, workload, 'has no selector'],
    [
      'is none if all are too long',
      { app: long },
      workloadOf({ app: long }, { app: long }),
      'has no label in its selector that is short enough to be extended',
    ],
    [
      'is none if the Service selects others',
      { app: 'web', tier: 'db' },
      workload,
      'does not select the pods of the workload: their label tier differs',
    ],
  ])('%s', (_, selector, of, label) => {
    const answer = ownLabelOf({ spec: { selector } }, of, strategy);
    expect(answer).toEqual(typeof label === 'string' ? { problem: label } : label);
  });
});
