import { describe, expect, onTestFinished, test } from 'vitest';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { nameOfRight, rightOf, wantedRights } from '../../lib/domain/catalogue/cluster-rights.ts';
import { startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { listening } from './listening.ts';

type Answer = readonly [status: number, body: string];
interface Asked {
  readonly path: string;
  readonly spec: {
    readonly namespace?: string;
    readonly resourceAttributes?: Readonly<Record<'namespace' | 'verb' | 'group' | 'resource' | 'subresource', string>>;
  };
}

/** An API server that answers access reviews as a test says. */
const setUp = async (answer: (asked: Asked) => Answer) => {
  const asked: Asked[] = [];
  const url = await listening(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const one = { path: request.url!.replace(/.*\//, ''), spec: JSON.parse(text).spec };
    asked.push(one);
    const [status, body] = answer(one);
    response.writeHead(status).end(body);
  });
  return { asked, cluster: new KubernetesCluster('eu-1', await kubeConfigFrom({ server: url })) };
};

const wanted = ['list deployments.apps', 'watch deployments.apps', 'get pods/log'].map(rightOf);
const rule = (verbs: string, apiGroups: string, resources: string, names?: readonly string[]) => ({
  verbs: verbs.split(' '),
  apiGroups: [apiGroups],
  resources: resources.split(' '),
  ...(names === undefined ? {} : { resourceNames: names }),
});
const reviewed = (resourceRules: unknown, more: object = {}): Answer => [
  201,
  JSON.stringify({ status: { resourceRules, nonResourceRules: [], incomplete: false, ...more } }),
];

describe('one review of all that the roles give', () => {
  test.each<[string, readonly object[], readonly string[]]>([
    ['all of it', [rule('get list watch', 'apps', 'deployments'), rule('get', '', 'pods/log')], []],
    ['everything', [rule('*', '*', '*')], []],
    ['a part of any resource', [rule('list watch', 'apps', '*'), rule('*', '', '*/log')], []],
    [
      'what it was before',
      [rule('list', 'apps', 'deployments'), rule('get', '', 'pods/log')],
      ['watch deployments.apps'],
    ],
    ['pods without their logs', [rule('*', 'apps', '*'), rule('get', '', 'pods')], ['get pods/log']],
    [
      'single objects only',
      [rule('list watch', 'apps', 'deployments', ['a']), rule('get', '', 'pods/log')],
      ['list deployments.apps', 'watch deployments.apps'],
    ],
    [
      'the same in another group',
      [rule('list watch', 'extensions', 'deployments'), rule('get', '', 'pods/log')],
      ['list deployments.apps', 'watch deployments.apps'],
    ],
    ['nothing', [], wanted.map(nameOfRight)],
  ])('%s', async (_, rules, missing) => {
    const { asked, cluster } = await setUp(() => reviewed(rules));
    expect((await cluster.missingRights('risk', wanted))!.map(nameOfRight)).toEqual(missing);
    expect(asked).toEqual([{ path: 'selfsubjectrulesreviews', spec: { namespace: 'risk' } }]);
  });

  test.each([{ incomplete: true }, { evaluationError: 'webhook' }])(
    'asks one by one when not everything is allowed: %j',
    async (more) => {
      const { asked, cluster } = await setUp(({ path, spec }) =>
        path === 'selfsubjectrulesreviews'
          ? reviewed([rule('list', 'apps', 'deployments')], more)
          : [201, JSON.stringify({ status: { allowed: spec.resourceAttributes?.subresource === 'log' } })],
      );
      const missing = await cluster.missingRights('risk', wanted);
      expect(missing!.map(nameOfRight)).toEqual(['watch deployments.apps']);
      expect(asked.slice(1).map(({ spec }) => spec.resourceAttributes)).toEqual([
        { namespace: 'risk', verb: 'watch', group: 'apps', resource: 'deployments' },
        { namespace: 'risk', verb: 'get', group: '', resource: 'pods', subresource: 'log' },
      ]);
    },
  );

  const half = ({ path }: Asked): Answer =>
    path === 'selfsubjectrulesreviews' ? reviewed([], { incomplete: true }) : [403, '{}'];
  test.each<[string, (asked: Asked) => Answer]>([
    ['nobody may ask', () => [403, '{}']],
    ['there is no review', () => [404, '{}']],
    ['the API server fails', () => [500, 'no']],
    ['something else answers', () => [200, '<html>']],
    ['the rules are incomplete, and no single review answers', half],
  ])('says nothing when %s', async (_, answer) => {
    const { cluster } = await setUp(answer);
    expect(await cluster.missingRights('risk', wanted)).toBeUndefined();
  });
});

test('the simulated cluster allows everything, and refuses what a test takes away', async () => {
  const simulated = await startSimulatedCluster();
  onTestFinished(() => simulated.close());
  const cluster = new KubernetesCluster('eu-1', await kubeConfigFrom({ server: simulated.url }));
  const all = wantedRights({});
  const missing = async (namespace: string) => (await cluster.missingRights(namespace, all))!.map(nameOfRight);
  expect(await missing('risk')).toEqual([]);
  simulated.rights.take('watch pods');
  simulated.rights.take('list deployments.apps', 'risk');
  expect(await missing('risk')).toEqual(['list deployments.apps', 'watch pods']);
  expect(await missing('data')).toEqual(['watch pods']);
  const read = (namespace: string) => cluster.read([{ kind: 'deployment', namespace, name: 'a' }]);
  await expect(read('risk')).rejects.toMatchObject({ details: { status: 403 } });
  expect(await read('data')).toEqual([{ revisions: [], pods: [] }]);
  const watch = await fetch(`${simulated.url}/api/v1/namespaces/data/pods?watch=1`);
  expect([watch.status, await watch.json()]).toMatchObject([403, { reason: 'Forbidden' }]);
  simulated.rights.giveAll();
  expect(await missing('risk')).toEqual([]);
});
