import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../lib/domain/batch/batch.ts';
import { batchJsonSchema } from '../../../lib/domain/batch/json-schema.ts';
import { writeBatch } from '../../../lib/domain/batch/write-batch.ts';
import { type Action, actions } from '../../../lib/domain/plan/action.ts';
import { makeGraph, topologicalOrder } from '../../../lib/domain/plan/graph.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { turnDeletes } from '../../../lib/domain/plan/turn-deletes.ts';
import { batchOf, batchText, issuesOf, simulated } from './reading.ts';

const named = (name: string, more: string): string =>
  `pillar: shared, service_name: ${name}, executor: kubernetes${more === '' ? '' : `, ${more}`}`;

const deleted = (name: string, needs: readonly string[] = []): string =>
  named(name, `action: delete, metadata: { dependencies: [${needs.join(', ')}] }`);

const deployed = (name: string, needs: readonly string[] = []): string =>
  named(name, `docker_image_version: "1", metadata: { dependencies: [${needs.join(', ')}] }`);

test.each<[item: string, expected: Partial<Deployment>]>([
  [named('a', 'action: delete'), { action: 'delete', docker_image_version: '' }],
  [named('a', 'action: scale, replicas: 0'), { action: 'scale', replicas: 0, docker_image_version: '' }],
  [named('a', 'action: scale, replicas: 10000'), { action: 'scale', replicas: 10_000 }],
  [named('a', 'action: deploy, docker_image_version: "1"'), { docker_image_version: '1' }],
])('%s', (text, expected) => {
  const [one] = batchOf(batchText([text])).deployments;
  expect(one).toMatchObject(expected);
  expect('action' in one!).toBe('action' in expected);
});

test('a batch that only deletes needs no artifact', () => {
  const text = [
    'version: v1.0',
    'defaults: { environment_id: staging, infrastructure_id: cluster-eu-1 }',
    'deployments:',
    `  - { ${named('a', 'action: delete')} }`,
  ].join('\n');
  expect(batchOf(text).deployments[0]?.docker_artifact_type).toBe('docker');
});

test.each<[item: string, path: string, problem: string, code: string]>([
  [
    named('a', 'action: delete, docker_image_version: "1"'),
    'docker_image_version',
    'a delete acts on what is there, whatever its version',
    'NotAllowed',
  ],
  [
    named('a', 'action: scale, replicas: 2, docker_image_version: "not a version"'),
    'docker_image_version',
    'a scale acts on what is there, whatever its version',
    'NotAllowed',
  ],
  [named('a', 'action: scale'), 'replicas', 'is missing; a scale needs a whole number', 'Missing'],
  [named('a', 'action: scale, replicas: 10001'), 'replicas', 'the number 10001 is over 10000', 'OutOfRange'],
  [named('a', 'action: scale, replicas: -1'), 'replicas', 'the number -1 is under 0', 'OutOfRange'],
  [named('a', 'action: delete, replicas: 1'), 'replicas', 'is only valid with action: scale', 'NotAllowed'],
  [named('a', 'docker_image_version: "1", replicas: 1'), 'replicas', 'is only valid with action: scale', 'NotAllowed'],
  [named('a', 'action: remove'), 'action', '"remove" is not one of deploy, delete, scale', 'NotAllowed'],
  [named('a', 'action: deploy'), 'docker_image_version', 'is missing; a string is needed', 'Missing'],
])('refuses %s', (text, path, message, code) => {
  const issues = issuesOf(batchText([text]));
  expect(issues).toContainEqual(expect.objectContaining({ path: `deployments[1].${path}`, message, code }));
});

test.each(['delete', 'scale, replicas: 1'])('refuses to ask Harness for %s', (action) => {
  const issues = issuesOf(batchText([`pillar: shared, service_name: a, action: ${action}`]));
  expect(issues).toMatchObject([
    {
      path: 'deployments[1].action',
      code: 'NotAllowed',
      message: expect.stringContaining('shared/a is deployed by harness, whose pipelines can only deploy, not'),
      hint: 'write executor: kubernetes, if the configuration allows it for the service',
    },
  ]);
});

test('refuses to scale what has no replicas', () => {
  const services = { shared: { a: { name: 'a', kind: 'daemonset', executor: 'kubernetes' } } } as const;
  const issues = issuesOf(batchText([named('a', 'action: scale, replicas: 1')]), { ...simulated, services });
  expect(issues).toMatchObject([
    { path: 'deployments[1].action', message: 'shared/a is a daemonset, which has no replicas to set' },
  ]);
});

describe('order', () => {
  const needs = (text: string) =>
    Object.fromEntries(batchOf(text).deployments.map(({ service_name, dependencies }) => [service_name, dependencies]));

  test('deletes a service after its dependents, and deploys it before them', () => {
    expect(
      needs(batchText([deleted('api', ['db']), deleted('db'), deployed('web', ['auth']), deployed('auth')])),
    ).toEqual({
      api: [],
      db: ['shared/api'],
      web: ['shared/auth'],
      auth: [],
    });
  });

  test('a delete that names a deployed service waits for it, as it says', () => {
    expect(needs(batchText([deleted('api', ['db']), deployed('db')]))).toEqual({ api: ['shared/db'], db: [] });
  });

  test('what stays cannot depend on what is deleted', () => {
    expect(issuesOf(batchText([deployed('api', ['db']), deleted('db')]))).toMatchObject([
      {
        path: 'deployments[1].metadata.dependencies',
        code: 'NotAllowed',
        message: 'shared/api depends on "shared/db", which this batch deletes',
      },
    ]);
  });

  test('not even a service without a name', () => {
    const nameless = 'docker_image_version: "1", metadata: { dependencies: [db] }';
    expect(issuesOf(batchText([deleted('db'), nameless])).map(({ message }) => message)).toContain(
      'it depends on "shared/db", which this batch deletes',
    );
  });

  test('the plan deletes in that order', () => {
    const { deployments } = planBatch(batchOf(batchText([deleted('db'), deleted('api', ['db'])])), simulated);
    expect(deployments.map(({ key, action }) => [key, action])).toEqual([
      ['shared/api', 'delete'],
      ['shared/db', 'delete'],
    ]);
  });
});

interface Node {
  readonly key: string;
  readonly action?: 'delete' | 'scale';
  readonly dependencies: readonly string[];
}

/** Any valid batch: what stays depends on nothing that is deleted. */
const batches = fc
  .array(fc.record({ action: fc.constantFrom<Action>(...actions), needs: fc.array(fc.nat(9), { maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 10,
  })
  .map((drawn) =>
    drawn.map(({ action, needs }, at): Node => {
      const isFine = (to: number) => to < at && (action === 'delete' || drawn[to]!.action !== 'delete');
      const dependencies = [...new Set(needs.filter(isFine))].map((to) => `p/s${to}`);
      return { key: `p/s${at}`, dependencies, ...(action === 'deploy' ? {} : { action }) };
    }),
  );

describe('laws', () => {
  test('reversing the edges twice restores a batch, and never makes a cycle', () => {
    fc.assert(
      fc.property(batches, (nodes) => {
        const turned = turnDeletes(nodes);
        const asSets = (list: readonly Node[]) => list.map((one) => [...one.dependencies].sort());
        expect(asSets(turnDeletes(turned))).toEqual(asSets(nodes));
        const places = new Map(nodes.map(({ key }, at) => [key, at]));
        const graph = makeGraph(turned.map(({ dependencies }) => dependencies.map((key) => places.get(key)!)));
        expect(topologicalOrder(graph)).toHaveLength(nodes.length);
      }),
    );
  });

  test('deletes nothing while something that needs it still exists', () => {
    fc.assert(
      fc.property(batches, (nodes) => {
        const turned = new Map(turnDeletes(nodes).map((one) => [one.key, one]));
        for (const { key, action, dependencies } of nodes) {
          for (const needed of dependencies) {
            const isTurned = action === 'delete' && turned.get(needed)?.action === 'delete';
            const [first, then] = isTurned ? [key, needed] : [needed, key];
            expect(turned.get(then)?.dependencies).toContain(first);
          }
        }
      }),
    );
  });

  test('written out, it reads as the same batch', () => {
    const texts = [
      deleted('api', ['db', 'cache']),
      deleted('db', ['disk']),
      deleted('disk'),
      deployed('cache'),
      named('web', 'action: scale, replicas: 3, metadata: { dependencies: [cache] }'),
    ];
    const batch = batchOf(batchText(texts));
    const again = batchOf(writeBatch({ ...batch, comments: [] }));
    const bare = (list: readonly Deployment[]) => list.map(({ line: _, ...one }) => one);
    expect(bare(again.deployments)).toEqual(bare(batch.deployments));
  });
});

test('the hash of a plan that only deploys has not changed with the other actions', () => {
  const text = batchText([deployed('api', ['db']), deployed('db')]);
  expect(planBatch(batchOf(text), simulated).plan_hash).toBe(
    planBatch(batchOf(text.replaceAll('docker_image_version', 'action: deploy, docker_image_version')), simulated)
      .plan_hash,
  );
});

test('replicas and the action are part of the plan', () => {
  const hashOf = (more: string) => planBatch(batchOf(batchText([named('a', more)])), simulated).plan_hash;
  const hashes = ['action: delete', 'action: scale, replicas: 1', 'action: scale, replicas: 2'].map(hashOf);
  expect(new Set(hashes).size).toBe(3);
});

test('the JSON Schema says the same to an editor', () => {
  expect(JSON.stringify(batchJsonSchema())).toContain('"replicas"');
});
