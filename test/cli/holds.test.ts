import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { cloudPace } from '../../lib/usecases/deps.ts';
import { dispatchTurns } from '../../lib/usecases/schedule/dispatch-turns.ts';
import { callApi } from '../functions/api-call.ts';
import { makeWorld, releaseYaml, submitted } from '../usecases/batch/api-world.ts';
import { type Ran, type RunOptions, run } from './cli-world.ts';

/** The API itself on a socket, with a dispatcher that handles every request at once. */
const serve = async (scope = 'flotilla/admin', listed: object = { environments: { uat: {}, staging: {} } }) => {
  const world = makeWorld();
  const { grants: _, ...catalogue } = { ...world.catalogue, ...listed };
  const handler = create({ ...world.deps, catalogue: async () => catalogue }, { identify: byToken });
  const memory = { holder: 'me' };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { status, body: answer } = await callApi(handler, request.method!, request.url!, {
      claims: { sub: 'ada', scope },
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(body === '' ? {} : { body }),
    });
    await dispatchTurns({ ...world.deps, pace: cloudPace }, memory);
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const flotilla = (argv: readonly string[], options: RunOptions = {}): Promise<Ran> =>
    run([...argv, '--url', url], { now: world.clock.now(), ...options });
  const holds = async () => JSON.parse((await flotilla(['holds', '--json'])).out.join('\n')).holds;
  return { world, url, flotilla, holds };
};

const because = ['--reason', 'a freeze'];
const uat = ['--environment', 'uat'];

describe('flotilla pause', () => {
  test('holds the named targets, and says until when and how to lift the hold', async () => {
    const { flotilla, holds, url } = await serve();
    const { status, out } = await flotilla(['pause', ...uat, '--pillar', 'risk', ...because, '--for', '2h']);
    const [hold] = await holds();
    expect(status).toBe(0);
    expect(out).toEqual([
      `Hold ${hold.id} on environment uat and pillar risk, until 2026-09-30 08:00Z.`,
      'What has not started waits; rollbacks go on. What is in flight goes on to its end.',
      `To lift it: flotilla resume ${hold.id} --url ${url}`,
    ]);
    expect(hold).toMatchObject({ scope: { environment: 'uat', pillar: 'risk' }, reason: 'a freeze', by: 'ada' });
  });

  test('without a name holds everything until somebody lifts it, and rollbacks too on request', async () => {
    const { flotilla, holds } = await serve();
    const { out } = await flotilla(['pause', ...because, '--rollbacks']);
    expect(out.slice(0, 2)).toEqual([
      expect.stringMatching(/^Hold \S+ on everything, until somebody lifts it\.$/),
      'What has not started waits, rollbacks too. What is in flight goes on to its end.',
    ]);
    expect(await holds()).toMatchObject([{ scope: {}, what: 'everything', rollbacks: true }]);
  });

  test('prints the hold as JSON', async () => {
    const { flotilla, holds } = await serve();
    const { status, out } = await flotilla(['pause', ...because, '--service', 'risk/limit-check', '--json']);
    expect([status, JSON.parse(out.join('\n'))]).toEqual([0, (await holds())[0]]);
  });

  test("accepts the start of a batch's id", async () => {
    const { flotilla, holds, world } = await serve();
    const batch = await submitted(world);
    expect((await flotilla(['pause', '--batch', 'latest', ...because])).status).toBe(0);
    expect(await holds()).toMatchObject([{ scope: { batch } }]);
  });

  // It is 06:00 UTC on 30 September, and 08:00 in Berlin.
  test.each([
    ['18:00', 'UTC', '2026-09-30T18:00:00.000Z'],
    ['18:00', 'Europe/Berlin', '2026-09-30T16:00:00.000Z'],
    ['07:00', 'Europe/Berlin', '2026-10-01T05:00:00.000Z'],
    ['2026-12-01 18:00', 'Europe/Berlin', '2026-12-01T17:00:00.000Z'],
    ['2026-12-01T18:00', 'Asia/Kolkata', '2026-12-01T12:30:00.000Z'],
    ['2026-12-01T18:00:00+01:00', 'UTC', '2026-12-01T17:00:00.000Z'],
    ['2026-12-01T18:00:00Z', 'Europe/Berlin', '2026-12-01T18:00:00.000Z'],
  ])('until %s in %s', async (until, timeZone, meant) => {
    const { flotilla, holds } = await serve();
    expect((await flotilla(['pause', ...because, '--until', until], { timeZone })).status).toBe(0);
    expect(await holds()).toMatchObject([{ until: meant }]);
  });

  test('--utc reads a time without a zone as UTC', async () => {
    const { flotilla, holds } = await serve();
    await flotilla(['pause', ...because, '--until', '18:00', '--utc'], { timeZone: 'Europe/Berlin' });
    expect(await holds()).toMatchObject([{ until: '2026-09-30T18:00:00.000Z' }]);
  });

  test.each<readonly [string, readonly string[], number, RegExp]>([
    ['no reason', [], 2, /--reason/],
    ['an invalid time', [...because, '--until', 'tomorrow'], 2, /^tomorrow is no time: write 18:00/],
    ['an empty reason', ['--reason', ' '], 2, /reason/],
    ['a time in the past', [...because, '--until', '2026-09-29 18:00'], 2, /until/],
    ['more than 90 days', [...because, '--for', '91d'], 2, /90 days/],
    ['both times', [...because, '--for', '2h', '--until', '18:00'], 2, /until/],
    ['a missing environment', [...because, '--environment', 'uta'], 2, /uat/],
    ['a missing cluster', [...because, '--cluster', 'cluster-eu-2'], 2, /cluster-eu-1/],
  ])('refuses %s, and holds nothing', async (_, argv, status, said) => {
    const { flotilla, holds } = await serve();
    const ran = await flotilla(['pause', ...argv]);
    expect([ran.status, ran.error.join('\n')]).toEqual([status, expect.stringMatching(said)]);
    expect(await holds()).toEqual([]);
  });

  test('warns of an environment that no batch went to, where the configuration lists none', async () => {
    const { flotilla, holds, world } = await serve('flotilla/admin', {});
    await world.table.transact([{ put: itemOf(keys.environment('staging'), {}) }]);
    const misspelt = await flotilla(['pause', '--environment', 'stagin', ...because]);
    expect([misspelt.status, misspelt.error]).toEqual([
      0,
      [expect.stringMatching(/^warning: there is no environment "stagin"; .*did you mean staging/)],
    ]);
    expect((await flotilla(['pause', '--environment', 'staging', ...because])).error).toEqual([]);
    expect(await holds()).toHaveLength(2);
  });

  test('says so to users who may not hold everything', async () => {
    const { flotilla } = await serve('flotilla/deploy flotilla/read');
    const { status, error } = await flotilla(['pause', ...because]);
    expect([status, error[0]]).toEqual([6, expect.stringContaining('flotilla/admin')]);
  });
});

describe('flotilla resume', () => {
  const withHolds = async () => {
    const api = await serve();
    for (const scope of [uat, uat, ['--pillar', 'risk'], []]) await api.flotilla(['pause', ...scope, ...because]);
    return { ...api, ids: (await api.holds()).map(({ id }: { id: string }) => id) as readonly string[] };
  };

  test('lifts a hold by its id', async () => {
    const { flotilla, holds, ids } = await withHolds();
    const { status, out } = await flotilla(['resume', ids[1]!, '--reason', 'it is over']);
    expect([status, out]).toEqual([
      0,
      [`Hold ${ids[1]} on environment uat is lifted: what it kept goes on in its order.`],
    ]);
    expect((await holds()).map(({ id }: { id: string }) => id)).toEqual(ids.filter((id) => id !== ids[1]));
  });

  test.each([
    [['--pillar', 'risk'], 'pillar risk'],
    [[], 'everything'],
  ])('lifts the hold on exactly %j', async (scope, what) => {
    const { flotilla, holds } = await withHolds();
    const { status, out } = await flotilla(['resume', ...scope, '--json']);
    expect([status, JSON.parse(out.join('\n')).what]).toEqual([0, what]);
    expect(await holds()).toHaveLength(3);
  });

  test('lists the choices where several match, each with its command', async () => {
    const { flotilla, holds, ids, url } = await withHolds();
    const { status, error } = await flotilla(['resume', ...uat]);
    expect([status, error]).toEqual([
      4,
      [
        '2 holds are on just that:',
        ...ids
          .slice(0, 2)
          .map((id) => `  flotilla resume ${id} --url ${url}  environment uat, until somebody lifts it: a freeze`),
      ],
    ]);
    expect(await holds()).toHaveLength(4);
  });

  test.each<readonly [readonly string[], number, RegExp]>([
    [['zz'], 4, /^There is no hold with the id zz\./],
    [['--pillar', 'clearing'], 4, /^There is no hold on just that\./],
    [['zz', '--pillar', 'risk'], 2, /not by both/],
  ])('%j matches none of them', async (argv, status, said) => {
    const { flotilla } = await withHolds();
    const ran = await flotilla(['resume', ...argv]);
    expect([ran.status, ran.error.join('\n')]).toEqual([status, expect.stringMatching(said)]);
  });
});

const plain = (lines: readonly string[]) => lines.map((line) => line.replace(/ {2,}/g, ' | ').trim());

describe('what is on hold', () => {
  test('prints a table', async () => {
    const { flotilla, holds } = await serve();
    expect((await flotilla(['holds'])).out).toEqual(['Nothing is held, or nothing that you may see.']);
    await flotilla(['pause', ...uat, ...because, '--for', '2h', '--rollbacks']);
    const [{ id }] = await holds();
    expect(plain((await flotilla(['holds'])).out)).toEqual([
      'HOLD | ON | ENDS | BY | SINCE | WHY',
      `${id} | environment uat, rollbacks too | until 2026-09-30 08:00Z | ada | 2026-09-30 06:00Z | a freeze`,
    ]);
  });

  test('heads the list: five, and how many more there are', async () => {
    const { flotilla, world, url } = await serve();
    await submitted(world);
    const rows = Array.from({ length: 24 }, (_, nth) => ({
      ...{
        id: `H${nth}`,
        kind: 'pause',
        scope: { environment: 'uat' },
        rollbacks: nth > 0,
        reason: 'a freeze',
        by: 'mona',
      },
      ...{ since: nth, seq: 1 },
    }));
    await world.table.transact(rows.map((row) => ({ put: itemOf(keys.hold(row.id), row) })));
    const { out } = await flotilla(['list']);
    expect(out.slice(0, 2)).toEqual([
      'Held: environment uat, by mona, until somebody lifts it: a freeze',
      'Held: environment uat, rollbacks too, by mona, until somebody lifts it: a freeze',
    ]);
    expect(out[5]).toBe(`… and 19 more holds: flotilla holds --url ${url}`);
    expect(out[6]).toMatch(/^BATCH /);
    expect(JSON.parse((await flotilla(['list', '--json'])).out.join('\n'))).toMatchObject({ more_holds: 4 });
  });

  test('shows up in a plan', async () => {
    const { flotilla } = await serve();
    await flotilla(['pause', '--pillar', 'risk', ...because]);
    const { out } = await flotilla(['plan', '-'], { stdin: releaseYaml });
    const at = out.indexOf('1 of 3 deployments would wait for the end of a hold.');
    expect(out[at + 1]).toBe('Held: pillar risk, by ada, until somebody lifts it: a freeze');
    await flotilla(['pause', ...because]);
    expect((await flotilla(['plan', '-'], { stdin: releaseYaml })).out).toContain(
      'All of it would wait for the end of holds.',
    );
  });
});
