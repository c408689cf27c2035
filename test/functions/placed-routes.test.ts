import type { InvokeCommand, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import type { Places } from '../../functions/api/placed-routes.ts';
import { byToken } from '../../functions/api/who.ts';
import type { ApiHandler } from '../../functions/api.ts';
import { create as createLooks } from '../../functions/api-looks.ts';
import { create as createLogs } from '../../functions/read-logs.ts';
import { LambdaElsewhere } from '../../lib/adapters/lambda-elsewhere.ts';
import { copyAt, noPlace } from '../../lib/domain/catalogue/function-place.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import type { Json } from '../../lib/domain/json.ts';
import { World } from '../workflow/world.ts';
import { apiEvent, type Call, callApi } from './api-call.ts';

const placeOf = { 'cluster-eu-1': 'payments', 'cluster-us-1': 'risk' };
type Cluster = keyof typeof placeOf;

/** A world where each cluster has a place of its own. `a` and `b` have become UNKNOWN, one on each. */
const makeWorld = async (unknown: boolean) => {
  const { catalogue } = simulatedConfiguration();
  const placed = Object.entries(catalogue.clusters).map(([name, one]) => [
    name,
    { ...one, place: placeOf[name as Cluster] },
  ]);
  const world = await World.make({ catalogue: { ...catalogue, clusters: Object.fromEntries(placed) } });
  if (unknown) {
    for (const name of ['a', 'b'])
      world.executor.scripts.set(name, { start: 'unknown', appears: Number.POSITIVE_INFINITY });
  }
  const batchId = await world.submit([{ name: 'a' }, { name: 'b', infrastructure: 'cluster-us-1' }]);
  await world.settled(batchId);
  return { world, batchId };
};

type Make = (deps: World['deps'], places: Places, catalogue?: World['deps']['catalogue']) => ApiHandler;
const looks: Make = (deps, places) => createLooks(deps, { identify: byToken, part: 'looks' }, places);
const logs: Make = (deps, places) => createLogs(deps, { identify: byToken, part: 'logs' }, places);

interface Wiring {
  /** Copies that do not answer. */
  readonly away?: readonly string[];
  /** Whom the copies take for the caller, where they disagree with the first function. */
  readonly copyGrants?: readonly Grant[];
}

/** The function in no place, and its copies, which it calls as through Lambda. */
const wired = (make: Make, { deps }: World, { away = [], copyGrants }: Wiring = {}) => {
  const asked: string[] = [];
  const ask =
    (own: string): World['deps']['cluster'] =>
    async (name) => {
      asked.push(`${name} from ${own}`);
      return deps.cluster(name);
    };
  const copies = new Map(
    Object.values(placeOf).map((own) => {
      const grants = copyGrants === undefined ? {} : { grants: copyGrants };
      const catalogue = async () => ({ ...(await deps.catalogue()), ...grants });
      return [copyAt('looks', own), make({ ...deps, cluster: ask(own), catalogue }, { own })];
    }),
  );
  const elsewhere = new LambdaElsewhere(async (command) => {
    const { FunctionName = '', Payload } = (command as InvokeCommand).input;
    if (away.includes(FunctionName)) throw Object.assign(new Error('late'), { name: 'TimeoutError' });
    const event = JSON.parse(Buffer.from(Payload as Uint8Array).toString('utf8'));
    const answer = await copies.get(FunctionName)!(event, {});
    return { Payload: Buffer.from(JSON.stringify(answer)) } as unknown as InvokeCommandOutput;
  });
  const places: Places = {
    own: noPlace,
    ask: async (place, event) => (await elsewhere.ask(copyAt('looks', place), event as unknown as Json)) as object,
  };
  return { first: make({ ...deps, cluster: ask(noPlace) }, places), copies, asked };
};

const scope = 'flotilla/read flotilla/logs flotilla/approve';
const json = { 'content-type': 'application/json' };
const person: Call = { claims: { sub: 'rita', groups: ['sre'], scope }, headers: json };
const asking = { ...person, body: JSON.stringify({ key: 'shared/a', environment: 'staging' }) };

describe('a cluster in a place', () => {
  test("is read by the copy there when the API's function in no place needs the state of a target", async () => {
    const { world } = await makeWorld(false);
    const { first, asked } = wired(looks, world);
    const { status, body } = await callApi(first, 'POST', '/targets/health', asking);
    expect([status, body]).toMatchObject([200, { healthy: true, running: '2.0.0', cluster: 'cluster-eu-1' }]);
    expect(new Set(asked)).toEqual(new Set(['cluster-eu-1 from payments']));
  });

  test('has its logs read by the copy there', async () => {
    const { world, batchId } = await makeWorld(false);
    world.cluster.log = ['one', 'two'];
    const { first, asked } = wired(logs, world);
    const url = `/batches/${batchId}/deployments/shared/a/logs?tail=1`;
    const { status, body } = await callApi(first, 'GET', url, person);
    expect([status, body.pods[0].containers[0].lines]).toEqual([200, ['two']]);
    expect(new Set(asked)).toEqual(new Set(['cluster-eu-1 from payments']));
  });

  test('appears in the answer with the same encoding for callers that take it compressed', async () => {
    const { world, batchId } = await makeWorld(false);
    world.cluster.log = Array.from({ length: 100 }, (_, line) => `line ${line}`);
    const { first } = wired(logs, world);
    const headers = { 'accept-encoding': 'gzip' };
    const event = apiEvent('GET', `/batches/${batchId}/deployments/shared/a/logs`, { ...person, headers });
    const answer = await first(event, {});
    expect([answer.isBase64Encoded, answer.headers?.['content-encoding']]).toEqual([true, 'gzip']);
    expect(answer.headers?.vary).toBe('accept-encoding');
  });

  test('whose copy does not answer gets a clear 503', async () => {
    const { world } = await makeWorld(false);
    const { first, asked } = wired(looks, world, { away: ['looks-at-payments'] });
    const { status, headers, body } = await callApi(first, 'POST', '/targets/health', asking);
    expect([status, headers['retry-after'], body.code]).toEqual([503, '1', 'PlaceUnavailable']);
    expect(body.detail).toBe('The function looks-at-payments has not answered within 23 s.');
    expect(asked).toEqual([]);
  });

  test('has each UNKNOWN deployment of a batch proposed by the copy in its place', async () => {
    const { world, batchId } = await makeWorld(true);
    const { first, asked } = wired(looks, world);
    const { status, body } = await callApi(first, 'POST', `/batches/${batchId}/resolve/plan`, person);
    expect(status).toBe(200);
    const told = body.proposals.map(({ key, cluster, status: proposed }: Record<string, string>) => [
      key,
      cluster,
      proposed,
    ]);
    expect(told).toEqual([
      ['shared/a', 'cluster-eu-1', 'FAILED'],
      ['shared/b', 'cluster-us-1', 'FAILED'],
    ]);
    expect(new Set(asked)).toEqual(new Set(['cluster-eu-1 from payments', 'cluster-us-1 from risk']));
  });

  test('with one silent copy still gets the proposals of the others', async () => {
    const { world, batchId } = await makeWorld(true);
    const { first } = wired(looks, world, { away: ['looks-at-risk'] });
    const { body } = await callApi(first, 'POST', `/batches/${batchId}/resolve/plan`, person);
    const message = 'cluster cluster-us-1 is asked by the functions in risk, which do not answer';
    expect(body.proposals).toMatchObject([
      { key: 'shared/a', status: 'FAILED' },
      { key: 'shared/b', message: expect.stringContaining(message) },
    ]);
  });
});

describe('a caller', () => {
  const nobody: readonly Grant[] = [{ subject: 'else', may: ['*'], pillars: ['*'], environments: ['*'] }];

  test.each<[string, Call, number]>([
    ['without a token is let in nowhere', { headers: json }, 401],
    ['without the scope is not let in', { headers: json, claims: { sub: 'rita', scope: 'flotilla/deploy' } }, 403],
  ])('%s, and no copy is called', async (_, call, expected) => {
    const { world } = await makeWorld(false);
    const { first, copies, asked } = wired(looks, world);
    const body = asking.body!;
    expect((await callApi(first, 'POST', '/targets/health', { ...call, body })).status).toBe(expected);
    expect(asked).toEqual([]);
    // The copy trusts nobody either: it relies on the claims in the request.
    const copy = copies.get('looks-at-payments')!;
    expect((await callApi(copy, 'POST', '/targets/health', { ...call, body })).status).toBe(expected);
  });

  test('must be let in by the copy, too', async () => {
    const { world } = await makeWorld(false);
    const { first, asked } = wired(looks, world, { copyGrants: nobody });
    const { status, body } = await callApi(first, 'POST', '/targets/health', asking);
    expect([status, body.code]).toEqual([404, 'TargetNotFound']);
    expect(asked).toEqual([]);
  });
});

test('a copy asks no other one: it says that a cluster is no longer in its place', async () => {
  const { world } = await makeWorld(false);
  const { copies, asked } = wired(looks, world);
  const { status, body } = await callApi(copies.get('looks-at-risk')!, 'POST', '/targets/health', asking);
  expect([status, body.reason]).toEqual([200, 'ClusterUnavailable']);
  expect(body.message).toBe('cluster cluster-eu-1 is asked by the functions in payments, which do not answer.');
  expect(asked).toEqual([]);
});
