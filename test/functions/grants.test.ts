import { describe, expect, it } from 'vitest';
import { routes } from '../../functions/api/routes.ts';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import { orderOf } from '../contracts/uploads.ts';
import { changeBatch, makeWorld, planned, publish, readHeader, type World } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

const claimsOf: Readonly<Record<string, Call['claims']>> = {
  'risk-ci': { sub: 'risk-ci', client_id: 'risk-ci' },
  'a risk lead': { sub: 'rita', 'cognito:groups': ['risk-leads'] },
  'an auditor': { sub: 'olaf', groups: ['auditors'] },
  'a release manager': { sub: 'mona', groups: ['managers'] },
  'a stranger': { sub: 'eve', groups: ['others'] },
};

const grants: readonly Grant[] = [
  { client: 'risk-ci', may: ['deploy', 'cancel', 'resolve'], pillars: ['risk'], environments: ['staging'] },
  { group: 'risk-leads', may: ['*'], pillars: ['risk'], environments: ['*'] },
  { group: 'auditors', may: ['read'], pillars: ['*'], environments: ['production'] },
  { group: 'managers', may: ['*'], pillars: ['*'], environments: ['*'] },
];

const places = ['risk in staging', 'risk in production', 'clearing in staging', 'clearing in production'] as const;
const none = { read: false, deploy: false, cancel: false, resolve: false };
const everything = { read: true, deploy: true, cancel: true, resolve: true };
const reading = { ...none, read: true };

/** What each caller may do in each of the places above, in order. */
const allowed: Readonly<Record<string, readonly (typeof none)[]>> = {
  'risk-ci': [{ ...everything, resolve: false }, none, none, none], // a program resolves nothing, no matter what its grants say
  'a risk lead': [everything, everything, none, none],
  'an auditor': [none, reading, none, reading],
  'a release manager': [everything, everything, everything, everything],
  'a stranger': [none, none, none, none],
};

const services: Readonly<Record<string, string>> = { risk: 'limit-check', clearing: 'trade-intake' };

const yamlOf = (...of: readonly string[]): string => {
  const items = of.map((place, nth) => {
    const [pillar, , environment] = place.split(' ');
    return `  - { pillar: ${pillar}, service_name: ${services[pillar!]}-${nth}, docker_image_version: "1.0", environment_id: ${environment} }`;
  });
  const defaults = 'infrastructure_id: cluster-eu-1, docker_artifact_type: docker';
  return `version: v1.0\ndefaults: { ${defaults} }\ndeployments:\n${items.join('\n')}\n`;
};

const apiOf = (world: World, granted: readonly Grant[] | (() => readonly Grant[]) = grants) => {
  const now = () => (typeof granted === 'function' ? granted() : granted);
  const handler = create(
    { ...world.deps, catalogue: async () => ({ ...world.catalogue, grants: now() }) },
    { identify: byToken },
  );
  return (who: string, method: string, url: string, body?: string) => {
    const claims = { ...claimsOf[who], iss: 'https://login', scope: 'flotilla/admin' };
    const type = body?.startsWith('{') ? 'application/json' : 'application/yaml';
    const headers = {
      authorization: `Bearer a.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c`,
      'content-type': type,
    };
    return callApi(handler, method, url, { claims, headers, ...(body === undefined ? {} : { body }) });
  };
};

const uploadOrder = JSON.stringify(orderOf('hello'));
const resolution = JSON.stringify({ status: 'SUCCESS', reason: 'looked' });

/** A batch in one place, submitted by a release manager. */
const inPlace = async (place: string) => {
  const world = makeWorld();
  const { batchId } = await planned(world, yamlOf(place));
  await publish(world, batchId);
  const [pillar] = place.split(' ');
  return { call: apiOf(world), batch: `/batches/${batchId}`, key: `${pillar}/${services[pillar!]}-0`, batchId };
};

const rows = Object.entries(allowed).flatMap(([who, of]) => of.map((can, at) => [who, places[at]!, can] as const));

describe.each(rows)('%s and %s', (who, place, can) => {
  it('a batch is readable, or does not exist', async () => {
    const { call, batch, batchId } = await inPlace(place);
    for (const route of ['', '/deployments', '/events']) {
      const { status, body } = await call(who, 'GET', `${batch}${route}`);
      expect([route, status, body.code]).toEqual([route, can.read ? 200 : 404, can.read ? undefined : 'BatchNotFound']);
    }
    const beginning = await call(who, 'GET', batch.slice(0, -2));
    expect(beginning.status).toBe(can.read ? 200 : 404);
    const { body: list } = await call(who, 'GET', '/batches');
    expect(list.batches.map(({ batch_id }: { batch_id: string }) => batch_id)).toEqual(can.read ? [batchId] : []);
    expect((await call(who, 'POST', '/batches/plan', yamlOf(place))).status).toBe(can.read ? 200 : 403);
  });

  it('a hidden batch gets the same message as one that never existed', async () => {
    const { call, batch, batchId } = await inPlace(place);
    if (can.read) return;
    for (const [method, route, body] of [
      ['GET', ''],
      ['GET', '/source'],
      ['GET', '/deployments'],
      ['GET', '/events?wait=20'],
      ['POST', '/cancel'],
      ['POST', '/rollback', JSON.stringify({ reason: 'it went wrong' })],
      ['POST', '/rollback/plan', '{}'],
      ['POST', '/deployments/risk/x/resolve', resolution],
    ] as const) {
      const hidden = await call(who, method, `${batch}${route}`, body);
      const missing = await call(who, method, `${batch.replace('TEST', 'TESS')}${route}`, body);
      const asIfMissing = JSON.stringify(missing).replaceAll(batchId.replace('TEST', 'TESS'), batchId);
      expect(JSON.stringify(hidden)).toBe(asIfMissing);
    }
  });

  it('judges submit, cancel and resolve separately', async () => {
    const { call, batch, key } = await inPlace(place);
    const submit = await call(who, 'POST', '/batches', yamlOf(place));
    expect(submit.status).toBe(can.deploy ? 202 : 403);
    const resolve = await call(who, 'POST', `${batch}/deployments/${key}/resolve`, resolution);
    // Nothing of it is UNKNOWN.
    expect(resolve.status).toBe(can.resolve ? 409 : can.read ? 403 : 404);
    const rollback = await call(who, 'POST', `${batch}/rollback`, JSON.stringify({ reason: 'it went wrong' }));
    expect(rollback.status).toBe(can.deploy ? 202 : can.read ? 403 : 404);
    const cancel = await call(who, 'POST', `${batch}/cancel`);
    expect(cancel.status).toBe(can.cancel ? 202 : can.read ? 403 : 404);
  });
});

const oneDeployment = JSON.stringify({ key: 'risk/x', version: '1', environment: 'staging' });

/** What every route answers to a caller without a grant. Every new route needs a row. */
const toStrangers: Readonly<Record<string, number>> = {
  'POST /batches': 403,
  'POST /uploads': 403,
  'DELETE /uploads/{id}': 404,
  'POST /batches/plan': 403,
  'POST /previews': 403,
  'GET /previews/{id}': 404,
  'GET /anchors': 403,
  'GET /batches': 200, // an empty list
  'GET /batches/{id}': 404,
  'GET /batches/{id}/source': 404,
  'GET /batches/{id}/deployments': 404,
  'GET /batches/{id}/deployments/{key+}': 404,
  'GET /batches/{id}/events': 404,
  'GET /batches/{id}/graph': 404,
  'GET /batches/{id}/history': 404,
  'GET /me': 200, // that there is nothing
  'GET /users': 403,
  'GET /batches/{id}/report': 404,
  'POST /batches/{id}/cancel': 404,
  'POST /batches/{id}/retry': 404,
  'POST /batches/{id}/retry/plan': 404,
  'POST /deployments': 403,
  'POST /deployments/plan': 403,
  'POST /batches/{id}/deployments/{key+}/proceed': 404,
  'POST /batches/{id}/deployments/{key+}/resolve': 404,
  'POST /batches/{id}/rollback/plan': 404,
  'POST /batches/{id}/rollback': 404,
  'POST /targets/rollback/plan': 404,
  'POST /targets/rollback': 404,
  'GET /holds': 200, // those for everything
  'GET /events': 200, // those for holds on everything, and for no batch
  'POST /holds': 403,
  'POST /holds/{id}/resume': 404,
  'GET /targets': 200, // none
  'GET /targets/{environment}/{cluster}/{pillar}/{service}': 404,
  'GET /targets/{environment}/{cluster}/{pillar}/{service}/releases': 404,
  'GET /targets/diff': 200, // nothing was compared
  'GET /changes': 200, // none
  'GET /catalogue': 200, // of no names
  'GET /executors': 200, // none
  'GET /clusters': 200, // none
  'GET /queue': 200, // of nothing
  'POST /migrate': 403,
  'GET /schemas/batch.json': 200,
  'GET /schemas/events.json': 200,
  'GET /health': 200,
  'GET /openapi.json': 200,
  'GET /docs': 200,
  'GET /swagger/{page+}': 200,
  'GET /api/v1/ping': 200,
  'POST /api/v1/deployments/requests/create': 400, // without an id
  'GET /api/v1/deployments/requests': 200, // none
  'GET /api/v1/deployments/requests/{id}': 404,
  'PATCH /api/v1/deployments/requests/{id}': 400,
  'DELETE /api/v1/deployments/requests/{id}': 400,
  'POST /api/v1/deployments/requests/{id}/retry': 404,
  'POST /api/v1/deployments/requests/{id}/reconcile': 400,
  'GET /api/v1/deployments': 200, // none
};

it('a stranger calls every route', async () => {
  const { call, batchId, key } = await inPlace('risk in staging');
  const bodies: Readonly<Record<string, string>> = {
    '/batches': yamlOf('risk in staging'),
    '/batches/plan': yamlOf('risk in staging'),
    '/previews': yamlOf('risk in staging'),
    '/uploads': uploadOrder,
    '/batches/{id}/rollback/plan': '{}',
    '/targets/rollback/plan': JSON.stringify({ key: 'risk/x', environment: 'staging' }),
    '/targets/rollback': JSON.stringify({ key: 'risk/x', environment: 'staging', reason: 'it went wrong' }),
    '/batches/{id}/rollback': JSON.stringify({ reason: 'it went wrong' }),
    '/migrate': '{}',
    '/holds': JSON.stringify({ reason: 'a freeze' }),
    '/batches/{id}/deployments/{key+}/resolve': resolution,
    '/batches/{id}/retry': '{}',
    '/batches/{id}/retry/plan': '{}',
    '/deployments': oneDeployment,
    '/deployments/plan': oneDeployment,
  };
  const answers = routes.map(async ({ method, path }) => {
    const url = path.replace('{id}', batchId).replace('{key+}', key);
    const queries: Readonly<Record<string, string>> = {
      '/targets': '?environment=staging',
      '/targets/diff': '?from=staging&to=nowhere',
    };
    const query = queries[path] ?? '';
    const { status } = await call('a stranger', method, `${url}${query}`, method === 'POST' ? bodies[path] : undefined);
    return [`${method} ${path}`, status] as const;
  });
  expect(Object.fromEntries(await Promise.all(answers))).toEqual(toStrangers);
});

describe('grants', () => {
  it.each(['/batches', '/batches/plan'])(
    'a caller without any learns no name of the configuration from %s',
    async (route) => {
      const text = yamlOf('risk in staging').replace('cluster-eu-1', 'nowhere');
      const { status, body } = await apiOf(makeWorld())('a stranger', 'POST', route, text);
      expect([status, body.code]).toEqual([403, 'Forbidden']);
      expect(JSON.stringify(body)).not.toContain('cluster-');
    },
  );

  it('list every refused deployment with its place, and nothing is stored', async () => {
    const world = makeWorld();
    const { status, headers, body } = await apiOf(world)('risk-ci', 'POST', '/batches', yamlOf(...places));
    expect([status, headers['content-type'], body.code]).toEqual([403, 'application/problem+json', 'Forbidden']);
    expect(body.issues).toEqual([
      {
        line: 5,
        column: 5,
        path: 'deployments[2]',
        code: 'NotGranted',
        message: 'no grant lets you deploy risk in production',
      },
      {
        line: 6,
        column: 5,
        path: 'deployments[3]',
        code: 'NotGranted',
        message: 'no grant lets you deploy clearing in staging',
      },
      {
        line: 7,
        column: 5,
        path: 'deployments[4]',
        code: 'NotGranted',
        message: 'no grant lets you deploy clearing in production',
      },
    ]);
    expect(world.documents.texts.size).toBe(0);
    const plan = await apiOf(world)('risk-ci', 'POST', '/batches/plan', yamlOf(...places));
    expect(plan.body.issues).toHaveLength(3);
  });

  it('a plan says what a submit would do', async () => {
    const { body } = await apiOf(makeWorld())('an auditor', 'POST', '/batches/plan', yamlOf('risk in production'));
    expect(body.warnings).toContain('No grant lets you deploy risk in production: this batch would be refused.');
  });

  it('are checked at the time of the request', async () => {
    let now: readonly Grant[] = grants;
    const call = apiOf(makeWorld(), () => now);
    const { body } = await call('risk-ci', 'POST', '/batches', yamlOf('risk in staging'));
    expect((await call('risk-ci', 'GET', `/batches/${body.batch_id}`)).status).toBe(200);
    now = grants.slice(1);
    expect((await call('risk-ci', 'GET', `/batches/${body.batch_id}`)).status).toBe(404);
    expect((await call('risk-ci', 'GET', '/batches/latest')).status).toBe(404);
    expect((await call('a risk lead', 'GET', `/batches/${body.batch_id}`)).status).toBe(200);
  });

  it('that do not cover everything are not enough for the anchors, and the message says what is', async () => {
    const { status, body } = await apiOf(makeWorld())('an auditor', 'GET', '/anchors');
    expect([status, body.detail]).toEqual([403, expect.stringMatching(/ Use a token that may read everything\.$/)]);
  });

  it('are needed for the address of an upload', async () => {
    const call = apiOf(makeWorld());
    expect((await call('a stranger', 'POST', '/uploads', uploadOrder)).status).toBe(403);
    expect((await call('risk-ci', 'POST', '/uploads', uploadOrder)).status).toBe(201);
  });

  it('list what the caller may see page by page, as if there were nothing else', async () => {
    const world = makeWorld();
    const mine: string[] = [];
    for (let nth = 0; nth < 7; nth += 1) {
      mine.unshift((await planned(world, yamlOf('risk in staging'))).batchId);
      for (let other = 0; other < 3; other += 1) await planned(world, yamlOf('clearing in staging'));
    }
    const call = apiOf(world);
    const pages: string[][] = [];
    for (let after = ''; ; ) {
      const { body } = await call('risk-ci', 'GET', `/batches?limit=3${after}`);
      pages.push(body.batches.map(({ batch_id }: { batch_id: string }) => batch_id));
      if (body.next_after === undefined) break;
      after = `&after=${body.next_after}`;
    }
    expect(pages).toEqual([mine.slice(0, 3), mine.slice(3, 6), mine.slice(6)]);
  });
});

describe('the rollback of a batch that the caller may deploy only in part', () => {
  const [mine, others] = ['risk/limit-check-0', 'clearing/trade-intake-1'];
  const roll = JSON.stringify({ reason: 'it went wrong', only: [mine] });
  const half = async () => {
    const world = makeWorld();
    const { batchId } = await planned(world, yamlOf('risk in staging', 'clearing in staging'));
    return { world, batchId, call: apiOf(world) };
  };

  it('does not stop the other deployments while it runs, no matter what the request names', async () => {
    const { world, batchId, call } = await half();
    expect((await call('a risk lead', 'POST', `/batches/${batchId}/rollback`, roll)).status).toBe(403);
    expect((await readHeader(world, batchId)).rollback_request).toBeUndefined();
    expect((await call('a release manager', 'POST', `/batches/${batchId}/rollback`, roll)).status).toBe(202);
  });

  it.each(['/rollback', '/rollback/plan'])(
    'reveals by %s nothing of another deployment, not even that it exists',
    async (route) => {
      const { world, batchId, call } = await half();
      const ended = { status: 'SUCCESS', reason: 'AllSucceeded', message: 'All well.' } as const;
      await changeBatch(world, batchId, { ...ended, totals: { SUCCESS: 2 }, ended_at: 1 });
      const because = route === '/rollback' ? { reason: 'it went wrong' } : {};
      const ask = async (key: string) => {
        const body = JSON.stringify({ only: [key], ...because });
        return JSON.stringify(await call('a risk lead', 'POST', `/batches/${batchId}${route}`, body)).replaceAll(
          key,
          '',
        );
      };
      expect(await ask(others)).toBe(await ask('clearing/never-was'));
      expect(await ask('clearing/trade-intake')).not.toContain('trade-intake-1');
    },
  );
});
