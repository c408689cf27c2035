import { describe, expect, test } from 'vitest';
import { exampleLogs, logs as logsSchema } from '../../functions/api/schemas/logs.ts';
import { create } from '../../functions/read-logs.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import type { Cluster, LogRequest } from '../../lib/domain/ports.ts';
import { makeWorld, submitted as submittedOnly } from '../usecases/batch/api-world.ts';
import { World } from '../workflow/world.ts';
import { callApi } from './api-call.ts';

const actorWith = (...scopes: readonly ('read' | 'logs')[]) =>
  ({ kind: 'person', subject: 'rita', groups: [], scopes }) as const;

interface Asking {
  readonly query?: string;
  readonly key?: string;
  readonly scopes?: readonly ('read' | 'logs')[];
  readonly grants?: readonly Grant[];
  readonly cluster?: Partial<Cluster>;
}

/** A world in which version 2.0.0 of `a` is deployed. */
const deployed = async (): Promise<{ readonly world: World; readonly batchId: string }> => {
  const world = await World.make();
  const batchId = await world.submit([{ name: 'a' }]);
  await world.settled(batchId);
  return { world, batchId };
};

const ask = async (world: World, batchId: string, asking: Asking = {}) => {
  const { query = '', key = 'shared/a', scopes = ['read', 'logs'], grants, cluster } = asking;
  const known = await world.deps.catalogue();
  const catalogue = grants === undefined ? known : { ...known, grants };
  const here = cluster === undefined ? {} : { cluster: async () => ({ ...cluster }) as Cluster };
  const handler = create({ ...world.deps, catalogue: async () => catalogue, ...here });
  const url = `/batches/${batchId}/deployments/${key}/logs${query}`;
  return callApi(handler, 'GET', url, { actor: actorWith(...scopes) });
};

describe('GET /batches/{id}/deployments/{key}/logs', () => {
  test('has the last lines of each container of the present pods', async () => {
    const { world, batchId } = await deployed();
    world.cluster.log = ['one', 'two', 'three'];
    const { status, body } = await ask(world, batchId, { query: '?tail=2' });
    expect(status).toBe(200);
    expect(logsSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      ...{ batch_id: batchId, key: 'shared/a', workload: 'deployment shared/a on cluster-eu-1' },
      ...{ tail: 2, previous: false, recorded: [] },
    });
    expect(body.pods.length).toBeGreaterThan(0);
    for (const pod of body.pods) {
      expect(pod.containers).toEqual([
        { name: 'app', image: expect.stringContaining('/a:2.0.0'), restarts: 0, lines: ['two', 'three'] },
      ]);
    }
  });

  test('has an earlier run on request; where there was none, it says so', async () => {
    const { world, batchId } = await deployed();
    const { body } = await ask(world, batchId, { query: '?previous=true&container=app' });
    expect(body.previous).toBe(true);
    expect(body.pods[0].containers).toMatchObject([
      { name: 'app', lines: [], message: 'previous terminated container "app" not found' },
    ]);
  });

  test('has no secret, and cuts long lines', async () => {
    const { world, batchId } = await deployed();
    world.cluster.log = [
      'password=hunter22',
      'x'.repeat(10_000),
      'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ];
    const { body } = await ask(world, batchId);
    const text = JSON.stringify(body);
    expect(text).not.toContain('hunter22');
    expect(text).not.toContain('EXAMPLEKEY');
    const [, long] = body.pods[0].containers[0].lines;
    expect(long.length).toBeLessThanOrEqual(4_001);
  });

  test.each([1, 3, 20, 64])(
    'has no line of a private key, where only the last %i lines are requested',
    async (tail) => {
      const { world, batchId } = await deployed();
      const inKey = Array.from(
        { length: 50 },
        (_, at) => `${10 + at}MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us`,
      );
      world.cluster.log = ['begins', '-----BEGIN PRIVATE KEY-----', ...inKey];
      const { body } = await ask(world, batchId, { query: `?tail=${tail}` });
      expect(body.pods[0].containers[0].lines).toEqual(['begins', '***'].slice(-tail));
    },
  );

  test('has a megabyte at most: of each log the last lines, and it says that there were more', async () => {
    const { world, batchId } = await deployed();
    world.cluster.sidecars = [{ name: 'proxy', image: 'proxy:1' }];
    world.cluster.log = Array.from({ length: 5_000 }, (_, at) => `${at} ${'ж'.repeat(1_000)}`);
    const { body } = await ask(world, batchId, { query: '?tail=9999' });
    expect(body.tail).toBe(5_000);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(1_000_000);
    for (const { lines, cut } of body.pods.flatMap(({ containers }: { containers: object[] }) => containers)) {
      expect(cut).toBe(true);
      expect(lines.at(-1)).toMatch(/^4999 /);
    }
  });

  test('has the lines recorded at the failure, no matter what is there now', async () => {
    const world = await World.make();
    world.executor.scripts.set('b', { leaves: 'crash' });
    const batchId = await world.submit([{ name: 'b', rollback: 'none' }]);
    await world.settled(batchId);
    world.cluster.away = { from: 0, until: Number.POSITIVE_INFINITY };
    const { status, body } = await ask(world, batchId, { key: 'shared/b' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ reason: 'ClusterUnavailable', pods: [] });
    expect(body.recorded[0].log).toEqual([expect.stringContaining('no configuration found')]);
  });

  test('a missing object, and an object without pods', async () => {
    const { world, batchId } = await deployed();
    const workload = { metadata: { name: 'a', uid: 'u' } };
    const told = async (view: object) => {
      const { body } = await ask(world, batchId, { cluster: { read: async () => [view] as never } });
      return [body.reason, body.message, body.pods];
    };
    expect(await told({ revisions: [], pods: [] })).toEqual([
      'WorkloadMissing',
      'There is no deployment shared/a on cluster-eu-1.',
      [],
    ]);
    expect(await told({ workload, revisions: [], pods: [] })).toEqual([
      'NoPods',
      'deployment shared/a on cluster-eu-1 has no pods now.',
      [],
    ]);
  });

  test('reads a few of many pods, the newest, and says how many more there are', async () => {
    const { world, batchId } = await deployed();
    const asked: LogRequest[] = [];
    const pods = Array.from({ length: 25 }, (_, at) => ({
      metadata: { name: `p${at}`, uid: `p${at}`, creationTimestamp: `2026-09-30T06:00:${10 + at}Z` },
      spec: { containers: [{ name: 'app', image: 'a:1' }] },
      status: { phase: 'Running', containerStatuses: [{ name: 'app', restartCount: at }] },
    }));
    const cluster: Partial<Cluster> = {
      read: async () => [{ workload: { metadata: { name: 'a' } }, revisions: [], pods }] as never,
      readLog: async (request) => {
        asked.push(request);
        return { lines: ['x'], isCut: false };
      },
    };
    const { body } = await ask(world, batchId, { cluster });
    expect([body.pods.length, body.pods[0].name, body.pods_left_out]).toEqual([10, 'p24', 15]);
    expect(body.pods[0].containers[0].restarts).toBe(24);
    expect(asked).toHaveLength(10);
    expect(new Set(asked.map(({ bytes }) => bytes))).toEqual(new Set([90_000]));
  });

  test('names the known containers where no pod has the requested one', async () => {
    const { world, batchId } = await deployed();
    const { status, body } = await ask(world, batchId, { query: '?container=ap' });
    expect([status, body.detail]).toEqual([
      400,
      'query.container: there is no container "ap"; known here: app (did you mean app?)',
    ]);
  });

  test.each([
    [['read'], 403],
    [['logs'], 403],
    [['read', 'logs'], 200],
  ] as const)('with the scopes %o: %i', async (scopes, wanted) => {
    const { world, batchId } = await deployed();
    expect((await ask(world, batchId, { scopes })).status).toBe(wanted);
  });

  test('a hidden deployment is not found, and before there is a plan nothing runs', async () => {
    const { world, batchId } = await deployed();
    const elsewhere: Grant = { subject: 'rita', may: ['read'], pillars: ['risk'], environments: ['*'] };
    expect((await ask(world, batchId, { grants: [elsewhere] })).body.code).toBe('BatchNotFound');
    expect((await ask(world, batchId, { key: 'shared/aa' })).body).toMatchObject({
      code: 'DeploymentNotFound',
      detail: expect.stringContaining('did you mean shared/a?'),
    });
    const unplanned = makeWorld();
    const early = await submittedOnly(unplanned);
    const handler = create({ ...unplanned.deps, cluster: world.deps.cluster });
    const url = `/batches/${early}/deployments/risk/limit-check/logs`;
    expect((await callApi(handler, 'GET', url, { actor: actorWith('read', 'logs') })).body.code).toBe('StatusConflict');
  });

  test('its example fits its schema', () => {
    expect(logsSchema.parse(exampleLogs)).toEqual(exampleLogs);
  });
});

describe('for a Job', () => {
  test('shows what there is of it, with or without pods', async () => {
    const { world, batchId } = await deployed();
    const { readPlanned } = await import('../../lib/usecases/plan/plan-store.ts');
    const planned = await readPlanned(world.deps, batchId, 0);
    const path = `batches/${batchId}/plan/00000.json`;
    const job = { ...planned, workload: { ...planned.workload, kind: 'job' } };
    const documents = { ...world.deps.documents, put: world.deps.documents.put.bind(world.deps.documents) };
    const texts = new Map([[path, JSON.stringify([job])]]);
    const get = async (name: string) => texts.get(name) ?? world.deps.documents.get(name);
    const conditions = [{ type: 'Failed', status: 'True', message: 'Job has reached the specified backoff limit' }];
    const object = { metadata: { name: 'a' }, status: { failed: 3, conditions } };
    const handler = create({
      ...world.deps,
      documents: { ...documents, get },
      cluster: async () => ({ read: async () => [{ workload: object, revisions: [], pods: [] }] }) as never,
    });
    const url = `/batches/${batchId}/deployments/shared/a/logs`;
    const { body } = await callApi(handler, 'GET', url, { actor: actorWith('read', 'logs') });
    expect(body).toMatchObject({
      reason: 'NoPods',
      jobs: [{ name: 'a', active: 0, succeeded: 0, failed: 3, ended: 'Failed', message: conditions[0]!.message }],
    });
  });
});
