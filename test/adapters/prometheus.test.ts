import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { metricSources } from '../../lib/adapters/metric-sources.ts';
import { Prometheus } from '../../lib/adapters/prometheus.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { ServiceAnswer, ServiceRequest } from '../../lib/domain/ports.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';

const entry = { namespace: 'monitoring', service: 'prometheus', port: 9090 };
const minute = 60_000;
const begin = Math.floor(Date.now() / minute) * minute;

const asking = (prometheus: string) => ({
  source: { prometheus },
  ...{ from: begin + 2 * minute, to: begin + 4 * minute, step: minute },
});

describe('a Prometheus in a cluster', () => {
  const answering = (answer: ServiceAnswer | FlotillaError) => {
    const asked: ServiceRequest[] = [];
    const readService = async (request: ServiceRequest) => {
      asked.push(request);
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const cluster = async () => ({ readService });
    return { asked, prometheus: new Prometheus({ entry: { ...entry, path_prefix: '/prom' }, cluster }) };
  };
  const empty = '{"status":"success","data":{"resultType":"matrix","result":[]}}';

  it('is asked through its Service, with times in seconds', async () => {
    const { asked, prometheus } = answering({ kind: 'answered', status: 200, body: empty });
    expect(await prometheus.range({ ...asking('up'), from: 60_000, to: 120_000 })).toEqual({
      kind: 'points',
      points: [],
    });
    expect(asked).toEqual([
      {
        ...{ namespace: 'monitoring', service: 'prometheus', port: 9090, path: '/prom/api/v1/query_range' },
        query: { query: 'up', start: '60', end: '120', step: '60', timeout: '8s' },
        limit: 1024 * 1024,
      },
    ]);
  });

  it.each([
    [
      'does not reach it',
      { kind: 'unreached', message: 'no endpoints' },
      /monitoring\/prometheus:9090 .* no endpoints/,
    ],
    ['reads too much', { kind: 'answered', status: 200, body: '{', isCut: true }, /more than 1024 KiB/],
    ['does not reach the cluster', new FlotillaError('ClusterUnavailable', 'nobody is there'), /nobody is there/],
  ] as const)('reports that one %s', async (_, answer, message) => {
    const { prometheus } = answering(answer);
    expect(await prometheus.range(asking('up'))).toEqual({ kind: 'unread', message: expect.stringMatching(message) });
  });
});

describe('a check without a source', () => {
  const cloudWatch = { range: async () => ({ kind: 'points', points: [{ at: 1, value: 2 }] }) as const };

  it('is unread', async () => {
    const message = 'the configuration of its cluster names no prometheus';
    expect(await metricSources({ prometheus: undefined, cloudWatch }).range(asking('up'))).toEqual({
      kind: 'unread',
      message,
    });
  });

  it('does not stop CloudWatch checks', async () => {
    const source = { cloudwatch: { metrics: {} } };
    const answer = await metricSources({ prometheus: undefined, cloudWatch }).range({ ...asking(''), source });
    expect(answer).toEqual({ kind: 'points', points: [{ at: 1, value: 2 }] });
  });
});

describe('the Prometheus of a simulated cluster', () => {
  let simulated: SimulatedCluster;
  let prometheus: Prometheus;

  beforeAll(async () => {
    simulated = await startSimulatedCluster({
      ...{ tickMilliseconds: 10, podStartMilliseconds: 30 },
      seed: [
        { name: 'web', namespace: 'shop', image: 'reg.local/web:1' },
        { name: 'web-canary', namespace: 'shop', image: 'reg.local/web:2-errors' },
      ],
    });
    const cluster = new KubernetesCluster('eu-1', await kubeConfigFrom({ server: simulated.url }));
    prometheus = new Prometheus({ entry, cluster: async () => cluster });
  });

  afterAll(() => simulated.close());

  const values = async (query: string) => {
    const answer = await prometheus.range(asking(query));
    return answer.kind === 'points' ? answer.points.map(({ value }) => value) : answer.message;
  };

  it.each([
    ['errors{deployment="web"}', [0.2, 0.2, 0.2]],
    ['sum(rate(errors{pod=~"web-.*"}[1m]))', [0.2, 0.2, 0.2]],
    ['errors{deployment="web-canary",namespace="shop"}', [50, 50, 50]],
    ['sum(rate(errors{pod=~"web-canary-.*"}[1m]))', [50, 50, 50]],
    ['errors{deployment="web-canary",namespace="other"}', []],
    ['errors{deployment="other"}', []],
    ['', 'Prometheus says: invalid parameter "query": unknown position: parse error: no expression found in input'],
  ])('answers %s according to the running images', async (query, expected) => {
    expect(await values(query)).toEqual(expected);
  });

  it('has no point from before there was a pod', async () => {
    const answer = await prometheus.range({ ...asking('web'), from: begin - 5 * minute, to: begin + 2 * minute });
    const ats = answer.kind === 'points' ? answer.points.map(({ at }) => at) : [];
    expect(ats.at(-1)).toBe(begin + 2 * minute);
    expect(ats[0]).toBeGreaterThan(begin - minute);
  });

  it('cannot be read when the API server refuses', async () => {
    simulated.rights.take('get services/proxy');
    const message = expect.stringContaining('cannot get resource "services/proxy"');
    expect(await prometheus.range(asking('web'))).toEqual({ kind: 'unread', message });
  });
});
