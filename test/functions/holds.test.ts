import { describe, expect, it } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import type { Hold } from '../../lib/domain/holds/hold.ts';
import { messageIn } from '../../lib/domain/record/inbox-message.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { makeWorld, publish, submitted, type World } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';

const grants: readonly Grant[] = [
  { subject: 'rita', may: ['hold'], pillars: ['risk'], environments: ['*'] },
  { subject: 'urs', may: ['hold'], pillars: ['*'], environments: ['uat'] },
  { subject: 'mona', may: ['*'], pillars: ['*'], environments: ['*'] },
  { subject: 'ada', may: ['deploy'], pillars: ['*'], environments: ['staging'] },
  { subject: 'olaf', may: ['read'], pillars: ['clearing'], environments: ['*'] },
];

const apiOf = (world: World, granted?: readonly Grant[]) => {
  const { grants: _, ...catalogue } = { ...world.catalogue, environments: { uat: {}, staging: {} } };
  const here = granted === undefined ? catalogue : { ...catalogue, grants: granted };
  const handler = create({ ...world.deps, catalogue: async () => here }, { identify: byToken });
  return (who: string, method: string, url: string, body?: unknown, scope = 'flotilla/deploy flotilla/read') =>
    callApi(handler, method, url, {
      claims: { sub: who, groups: ['people'], scope },
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
};

const admin = 'flotilla/admin';

const messages = async ({ table }: World) => (await table.query({ pk: 'INBOX', limit: 100 })).items.map(messageIn);

/** What the dispatcher does with the last message. */
const takeUp = async (world: World): Promise<Hold> => {
  const message = (await messages(world)).at(-1);
  if (message?.type !== 'hold') throw new Error('no hold was asked for');
  await world.table.transact([{ put: itemOf(keys.hold(message.hold.id), { ...message.hold, seq: 1 }) }]);
  return message.hold;
};

describe('a hold', () => {
  it('goes to the dispatcher, and shows once the dispatcher has set it', async () => {
    const world = makeWorld();
    const call = apiOf(world);
    const body = { scope: { environment: 'uat' }, reason: 'a freeze', for: '2h', rollbacks: true };
    const { status, body: hold } = await call('ada', 'POST', '/holds', body, admin);
    expect(status).toBe(202);
    const told = {
      kind: 'pause',
      scope: { environment: 'uat' },
      what: 'environment uat',
      reason: 'a freeze',
      by: 'ada',
    };
    expect(hold).toMatchObject({
      ...told,
      rollbacks: true,
      since: '2026-09-30T06:00:00.000Z',
      until: '2026-09-30T08:00:00.000Z',
    });
    expect((await call('ada', 'GET', '/holds')).body).toEqual({ holds: [] });
    await takeUp(world);
    expect((await call('ada', 'GET', '/holds')).body).toEqual({ holds: [hold] });
    world.clock.time += 2 * 3_600_000;
    expect((await call('ada', 'GET', '/holds')).body).toEqual({ holds: [] });
  });

  it('is lifted by a message of its own', async () => {
    const world = makeWorld();
    const call = apiOf(world);
    await call('ada', 'POST', '/holds', { reason: 'stop the line' }, admin);
    const { id } = await takeUp(world);
    for (const [body, reason] of [
      [undefined, {}],
      [{ reason: 'it is over' }, { reason: 'it is over' }],
    ] as const) {
      const { status } = await call('bo', 'POST', `/holds/${id}/resume`, body, admin);
      expect(status).toBe(202);
      expect((await messages(world)).at(-1)).toEqual({ type: 'resume', id, by: 'bo', ...reason });
    }
  });

  it('says what is missing in terms of the request', async () => {
    const body = { scope: 'all', reason: 'x', rollbacks: 'yes' };
    const { body: problem } = await apiOf(makeWorld())('ada', 'POST', '/holds', body, admin);
    expect(problem.detail).toBe(
      'body.scope: "all" where a JSON object is needed; body.rollbacks: "yes" where true or false is needed',
    );
  });

  it('reports all its problems together', async () => {
    const world = makeWorld();
    const body = { scope: { environment: 'uta', cluster: 'x' }, reason: ' ', for: 'long' };
    const { status, body: problem } = await apiOf(world)('ada', 'POST', '/holds', body, admin);
    expect([status, problem.code]).toEqual([400, 'RequestInvalid']);
    expect(problem.issues.map(({ path }: { path: string }) => path)).toEqual([
      'body.scope.environment',
      'body.scope.cluster',
      'body.reason',
      'body.for',
    ]);
    expect(problem.detail).toContain('did you mean uat?');
    expect(await messages(world)).toEqual([]);
  });

  it('is not lifted where it does not exist, or where nobody set it', async () => {
    const world = makeWorld();
    const call = apiOf(world);
    const missing = await call('ada', 'POST', '/holds/01NONE/resume', {}, admin);
    expect([missing.status, missing.body.code]).toEqual([404, 'HoldNotFound']);
    const circuit = { id: '01CIRCUIT', kind: 'circuit', scope: { cluster: 'eu-1' }, rollbacks: true, reason: 'away' };
    const row = { ...circuit, by: 'dispatcher', since: world.clock.time, until: world.clock.time - 1, seq: 1 };
    await world.table.transact([
      { put: itemOf(keys.hold('01CIRCUIT'), { ...row, circuit: { opened: 1, seen: 'no answer', seen_at: 0 } }) },
    ]);
    expect((await call('ada', 'GET', '/holds')).body.holds).toMatchObject([{ ...circuit, circuit: { opened: 1 } }]);
    const { status, body } = await call('ada', 'POST', '/holds/01CIRCUIT/resume', {}, admin);
    expect([status, body.code]).toEqual([409, 'StatusConflict']);
  });

  it('finds no room beside a thousand others', async () => {
    const world = makeWorld();
    for (let part = 0; part < 20; part += 1) {
      const rows = Array.from({ length: 50 }, (_, nth) => ({
        id: `H${part * 50 + nth}`,
        kind: 'pause',
        scope: {},
        seq: 1,
      }));
      await world.table.transact(rows.map((row) => ({ put: itemOf(keys.hold(row.id), row) })));
    }
    const { status, body } = await apiOf(world)('ada', 'POST', '/holds', { reason: 'one more' }, admin);
    expect([status, body.code]).toEqual([409, 'StatusConflict']);
  });
});

/** A change of a hold, as the dispatcher writes it, in the stage's feed. */
const tell = async (world: World, scope: Hold['scope'], seq: number): Promise<void> => {
  const event = {
    ...{ batch_id: 'stage', type: 'hold', hold: `H${seq}`, seq, at: world.clock.now(), actor: 'mona' },
    ...{ from: null, to: 'PROCESSING', reason: 'HoldBegan', message: 'Nothing starts.', detail: { scope } },
  } as const;
  await world.table.transact([{ put: itemOf(keys.event('stage', 'hold', seq), event) }]);
  await publish(world, 'stage');
};

describe('the feed of the stage', () => {
  it('has the changes of holds in order, a page at a time, and never ends', async () => {
    const world = makeWorld();
    const call = apiOf(world);
    expect((await call('ada', 'GET', '/events')).body).toEqual({ events: [], next_after: 0, ended: false });
    await tell(world, {}, 1);
    await tell(world, { environment: 'uat' }, 2);
    const { body } = await call('ada', 'GET', '/events?limit=1');
    expect(body).toMatchObject({ next_after: 1, ended: false });
    expect(body.events).toMatchObject([
      {
        number: 1,
        type: 'hold',
        hold: 'H1',
        reason: 'HoldBegan',
        at: '2026-09-30T06:00:00.000Z',
        detail: { scope: {} },
      },
    ]);
    expect(body.events[0]).not.toHaveProperty('pk');
    const next = (await call('ada', 'GET', '/events?after=1')).body;
    expect(next).toMatchObject({ events: [{ number: 2 }], next_after: 2 });
  });

  it('waits for something new', async () => {
    const world = makeWorld();
    await tell(world, {}, 1);
    world.clock.in(5_000, () => tell(world, { pillar: 'risk' }, 2));
    const { body } = await apiOf(world)('ada', 'GET', '/events?after=1&wait=20');
    expect(body.events).toMatchObject([{ number: 2 }]);
  });

  it('shows what the caller may see, and goes on after the rest', async () => {
    const world = makeWorld();
    const batch = await submitted(world);
    const scopes: readonly Hold['scope'][] = [
      { pillar: 'risk' },
      {},
      { environment: 'uat' },
      { batch },
      { batch: 'gone' },
    ];
    for (const [at, scope] of scopes.entries()) await tell(world, scope, at + 1);
    const numbers = async (who: string) => {
      const { body } = await apiOf(world, grants)(who, 'GET', '/events');
      expect(body.next_after).toBe(5);
      return body.events.map(({ number }: { number: number }) => number);
    };
    expect(await numbers('mona')).toEqual([1, 2, 3, 4, 5]);
    expect(await numbers('olaf')).toEqual([2, 3, 4]);
    expect(await numbers('ada')).toEqual([1, 2, 4]);
    expect(await numbers('eve')).toEqual([2]);
  });

  it('has the changes of batches in the same order for callers who may see them: a part without text about the whole', async () => {
    const world = makeWorld();
    await tell(world, {}, 1);
    const batch = await submitted(world);
    await publish(world, batch);
    const seen = async (who: string) => {
      const { body } = await apiOf(world, grants)(who, 'GET', '/events');
      expect(body.next_after).toBe(2);
      return body.events.map(({ type, batch_id, message }: Record<string, string>) => [type, batch_id, message]);
    };
    const hold = ['hold', 'stage', 'Nothing starts.'];
    expect(await seen('mona')).toEqual([hold, ['batch', batch, expect.stringContaining('3 deployments')]]);
    expect(await seen('olaf')).toEqual([hold, ['batch', batch, 'You may see only a part of this batch.']]);
    expect(await seen('eve')).toEqual([hold]);
  });

  it('starts before its end on request', async () => {
    const world = makeWorld();
    const call = apiOf(world);
    expect((await call('ada', 'GET', '/events?after=-3')).body).toEqual({ events: [], next_after: 0, ended: false });
    for (const seq of [1, 2, 3, 4]) await tell(world, {}, seq);
    for (const [after, numbers] of [
      [-1, [4]],
      [-3, [2, 3, 4]],
      [-1000, [1, 2, 3, 4]],
    ] as const) {
      const { body } = await call('ada', 'GET', `/events?after=${after}`);
      expect(body.events.map(({ number }: { number: number }) => number)).toEqual(numbers);
    }
  });

  it.each(['after=-1001', 'after=x', 'wait=21', 'limit=0', 'limit=1001', 'before=1'])('refuses ?%s', async (query) => {
    const { status, body } = await apiOf(makeWorld())('ada', 'GET', `/events?${query}`);
    expect([status, body.code]).toEqual([400, 'RequestInvalid']);
  });
});

describe('the list of batches', () => {
  it('has the holds that the caller may see on its first page', async () => {
    const world = makeWorld();
    await submitted(world);
    await submitted(world);
    for (const scope of [{ environment: 'uat' }, { pillar: 'risk' }]) {
      await apiOf(world)('mona', 'POST', '/holds', { scope, reason: 'a freeze' }, admin);
      await takeUp(world);
      world.clock.time += 1000;
    }
    const call = apiOf(world, grants);
    const whatFor = async (who: string) => {
      const { holds, more_holds } = (await call(who, 'GET', '/batches')).body;
      expect(more_holds).toBeUndefined();
      return holds.map(({ what }: { what: string }) => what);
    };
    expect(await whatFor('mona')).toEqual(['environment uat', 'pillar risk']);
    expect(await whatFor('olaf')).toEqual(['environment uat']);
    expect(await whatFor('eve')).toEqual([]);
    const { next_after } = (await call('mona', 'GET', '/batches?limit=1')).body;
    expect((await call('mona', 'GET', `/batches?limit=1&after=${next_after}`)).body).not.toHaveProperty('holds');
  });

  it('names twenty, and says how many more there are', async () => {
    const world = makeWorld();
    const rows = Array.from({ length: 23 }, (_, nth) => ({
      id: `H${nth}`,
      kind: 'pause',
      scope: {},
      rollbacks: false,
      reason: 'a freeze',
      by: 'ada',
      since: nth,
      seq: 1,
    }));
    await world.table.transact(rows.map((row) => ({ put: itemOf(keys.hold(row.id), row) })));
    const { holds, more_holds } = (await apiOf(world)('ada', 'GET', '/batches')).body;
    expect([holds.length, holds[0].id, more_holds]).toEqual([20, 'H0', 3]);
  });
});

describe('without grants', () => {
  it('a user with the right to deploy holds his own batch, and all else needs admin', async () => {
    const world = makeWorld();
    const call = apiOf(world);
    const batch = await submitted(world);
    const own = { scope: { batch }, reason: 'mine' };
    expect((await call('ada', 'POST', '/holds', own)).status).toBe(202);
    expect((await call('bo', 'POST', '/holds', own)).status).toBe(403);
    expect((await call('bo', 'POST', '/holds', own, admin)).status).toBe(202);
    expect((await call('ada', 'POST', '/holds', { reason: 'all' })).status).toBe(403);
    expect((await call('ada', 'POST', '/holds', own, 'flotilla/read')).status).toBe(403);
    const { id } = await takeUp(world);
    expect((await call('bo', 'POST', `/holds/${id}/resume`, {})).status).toBe(403);
    expect((await call('ada', 'POST', `/holds/${id}/resume`, {})).status).toBe(202);
  });
});

describe('grants', () => {
  const scopes = {
    everything: {},
    risk: { pillar: 'risk' },
    'a service of risk': { service: 'risk/cva' },
    uat: { environment: 'uat' },
    'risk in uat': { pillar: 'risk', environment: 'uat' },
    'a cluster': { cluster: 'cluster-eu-1' },
    'a service of any pillar': { service: 'cva' },
  } as const;
  type Named = keyof typeof scopes;
  const mayHold: Readonly<Record<string, readonly Named[]>> = {
    rita: ['risk', 'a service of risk', 'risk in uat'],
    urs: ['uat', 'risk in uat'],
    mona: Object.keys(scopes) as Named[],
    ada: [],
    olaf: [],
    eve: [],
  };
  const openToAll: readonly Named[] = ['everything', 'a cluster', 'a service of any pillar'];
  const maySee: Readonly<Record<string, readonly Named[]>> = {
    rita: [...openToAll, 'risk', 'a service of risk', 'uat', 'risk in uat'],
    urs: [...openToAll, 'risk', 'a service of risk', 'uat', 'risk in uat'],
    mona: Object.keys(scopes) as Named[],
    ada: [...openToAll, 'risk', 'a service of risk'],
    olaf: [...openToAll, 'uat'],
    eve: openToAll,
  };
  const rows = Object.keys(mayHold).flatMap((who) =>
    (Object.keys(scopes) as Named[]).map((name) => [who, name] as const),
  );

  it.each(rows)('%s and a hold on %s', async (who, name) => {
    const world = makeWorld();
    const call = apiOf(world, grants);
    const body = { scope: scopes[name], reason: 'a freeze' };
    const can = mayHold[who]!.includes(name);
    expect((await call(who, 'POST', '/holds', body, admin)).status).toBe(can ? 202 : 403);
    await call('mona', 'POST', '/holds', body);
    const { id } = await takeUp(world);
    const seen = maySee[who]!.includes(name);
    const { holds } = (await call(who, 'GET', '/holds')).body;
    expect(holds).toHaveLength(seen ? 1 : 0);
    expect((await call(who, 'POST', `/holds/${id}/resume`, {}, admin)).status).toBe(can ? 202 : seen ? 403 : 404);
  });

  it('let the submitter of a batch hold it while she may deploy it, and users who may hold all of it', async () => {
    const world = makeWorld();
    const batch = await submitted(world);
    const own = { scope: { batch }, reason: 'mine' };
    const call = apiOf(world, grants);
    expect((await call('ada', 'POST', '/holds', own)).status).toBe(202);
    expect((await call('mona', 'POST', '/holds', own)).status).toBe(202);
    expect((await call('rita', 'POST', '/holds', own)).status).toBe(403);
    expect((await call('eve', 'POST', '/holds', own)).body.detail).toContain('there is no batch');
    const without = apiOf(
      world,
      grants.filter(({ subject }) => subject !== 'ada'),
    );
    expect((await without('ada', 'POST', '/holds', own)).status).toBe(400);
    await takeUp(world);
    expect((await call('rita', 'GET', '/holds')).body.holds).toHaveLength(1);
    expect((await call('eve', 'GET', '/holds')).body.holds).toEqual([]);
  });
});
