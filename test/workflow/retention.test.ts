import { describe, expect, onTestFinished, test } from 'vitest';
import { create as createApi } from '../../functions/api.ts';
import { create as createSweep } from '../../functions/sweep.ts';
import { ApiClient } from '../../lib/cli/api-client.ts';
import type { CommandContext } from '../../lib/cli/command-context.ts';
import { verifyRecord } from '../../lib/cli/commands/verify.ts';
import type { Key } from '../../lib/domain/ports.ts';
import { documentPaths, keys } from '../../lib/domain/record/keys.ts';
import { startHttpServer } from '../../lib/local/http-server.ts';
import { rollBackTarget } from '../../lib/usecases/undo/roll-back-target.ts';
import { callApi } from '../functions/api-call.ts';
import { someOf } from '../thorough.ts';
import { type DeathAt, deathsIn } from './deaths.ts';
import { World } from './world.ts';

const day = 86_400;

interface Scene {
  readonly world: World;
  /** Ended 31 days ago. */
  readonly old: readonly string[];
  readonly young: string;
  /** `pk sk` of every row that exists now. */
  readonly rows: () => Promise<readonly string[]>;
  readonly sweep: (days?: number) => Promise<void>;
}

/** Two batches that ended a month ago, one of them failed, and one of today. Nobody sweeps but the test. */
const scene = async (): Promise<Scene> => {
  const seen = new Map<string, Key>();
  const note = ({ pk, sk }: Key): unknown => seen.set(`${pk} ${sk}`, { pk, sk });
  const world = await World.open({
    sweepEvery: Number.POSITIVE_INFINITY,
    onUse: ({ each }) => {
      for (const { pk, sk, writes } of each) if (writes > 0) note({ pk, sk });
    },
  });
  const submit = async (version: string): Promise<string> => {
    const id = await world.submit([
      { name: 'db', version },
      { name: 'web', version, needs: ['db'] },
    ]);
    await world.settled(id);
    return id;
  };
  const first = await submit('1.3.1');
  world.executor.scripts.set('web@1.3.2', { ends: 'failed' });
  const second = await submit('1.3.2');
  await world.pass(31 * day);
  const young = await submit('1.4.0');
  const known = await world.deps.catalogue();
  const sweep = (days?: number): Promise<void> => {
    const catalogue = { ...known, ...(days === undefined ? {} : { retention_days: days }) };
    const run = createSweep({ ...world.deps, catalogue: async () => catalogue });
    return world.log.during('sweep', run);
  };
  await sweep();
  const rows = async (): Promise<readonly string[]> => {
    const found = await Promise.all([...seen].map(async ([name, key]) => [name, await world.table.get(key)] as const));
    return found
      .filter(([, item]) => item !== undefined)
      .map(([name]) => name)
      .sort();
  };
  return { world, old: [first, second], young, rows, sweep };
};

const isOf = (name: string, id: string): boolean =>
  new RegExp(`^(?:BATCH|EVENTS|FEED)#${id} (?!HEADER$)|^(?:BATCHES|SUBMITTER#\\w+) ${id}$|^BY#.*#${id}$`).test(name);

const asked = [
  '/targets',
  '/targets?service=shared/db',
  '/changes',
  '/targets/staging/cluster-eu-1/shared/db/releases',
  '/targets/staging/cluster-eu-1/shared/web/releases',
];

describe('a record that is kept for thirty days', () => {
  test('goes with all its own data, and nothing else', async () => {
    const { world, old, young, rows, sweep } = await scene();
    onTestFinished(() => world.close());
    const api = createApi(world.deps);
    const told = () => Promise.all(asked.map(async (path) => (await callApi(api, 'GET', path)).body));
    const before = { told: await told(), rows: await rows() };
    expect(before.rows.filter((name) => old.some((id) => isOf(name, id))).length).toBeGreaterThan(40);
    await sweep(30);
    expect(await rows()).toEqual(before.rows.filter((name) => !old.some((id) => isOf(name, id))));
    expect(await told()).toEqual(before.told);
    const texts = await Promise.all([...old, young].map((id) => world.deps.documents.get(documentPaths.batch(id))));
    expect(texts.map((text) => typeof text)).toEqual(['undefined', 'undefined', 'string']);
    expect(world.rights.denied).toEqual([]);
    const { body } = await callApi(api, 'GET', '/batches');
    expect(body.batches.map(({ batch_id }: { batch_id: string }) => batch_id)).toEqual([young]);
  });

  test('says so wherever somebody asks for it', async () => {
    const { world, old, sweep } = await scene();
    onTestFinished(() => world.close());
    await sweep(30);
    const api = createApi(world.deps);
    const [id] = old;
    const on = new Date(world.clock.now()).toISOString().slice(0, 10);
    const parts = ['', '/source', '/deployments', '/deployments/shared/db', '/events', '/graph', '/report', '/history'];
    for (const part of parts) {
      expect([part, await callApi(api, 'GET', `/batches/${id}${part}`)]).toMatchObject([
        part,
        {
          status: 410,
          body: {
            code: 'RecordExpired',
            detail: `The record of batch ${id} was kept for 30 days and expired on ${on}.`,
          },
        },
      ]);
    }
    const headers = { 'content-type': 'application/json' };
    for (const [part, body] of [
      ['/cancel', '{}'],
      ['/retry', '{}'],
      ['/rollback', '{"reason":"it is old"}'],
    ] as const) {
      expect([part, await callApi(api, 'POST', `/batches/${id}${part}`, { headers, body })]).toMatchObject([
        part,
        { status: 410, body: { code: 'RecordExpired' } },
      ]);
    }
  });

  test('does not exist for a caller who might not see it before', async () => {
    const { world, old, sweep } = await scene();
    onTestFinished(() => world.close());
    await sweep(30);
    const grants = [{ subject: 'eve', may: ['read'], pillars: ['risk'], environments: ['*'] }] as const;
    const catalogue = { ...(await world.deps.catalogue()), grants };
    const api = createApi({ ...world.deps, catalogue: async () => catalogue } as never);
    const actor = { subject: 'eve', kind: 'person', scopes: ['read'], groups: [] } as never;
    const { status } = await callApi(api, 'GET', `/batches/${old[0]}`, { actor });
    expect(status).toBe(404);
  });

  test('is no fault of the record', async () => {
    const { world, old, young, sweep } = await scene();
    onTestFinished(() => world.close());
    await sweep(30);
    const server = await startHttpServer({ port: 0, api: createApi(world.deps) });
    onTestFinished(() => server.close());
    const context = { client: new ApiClient({ url: server.url }), clock: world.clock, directory: '.' };
    const { batches, findings } = await verifyRecord(context as unknown as CommandContext, {}, undefined);
    expect(findings).toEqual([]);
    expect(batches.map(({ batch_id, proof }) => [batch_id, proof])).toEqual([
      ...old.map((id) => [id, 'expired']),
      [young, 'proved'],
    ]);
  });

  test('is not needed to restore a target', async () => {
    const { world, sweep } = await scene();
    onTestFinished(() => world.close());
    await world.pass(31 * day);
    await sweep(30);
    expect((await world.table.query({ pk: keys.listed('').pk, limit: 10 })).items).toEqual([]);
    const wished = { key: 'shared/db', environment: 'staging', reason: 'it is slow', actor: 'ada' };
    await world.settled((await rollBackTarget(world.deps, wished)).batch_id);
    expect(world.cluster.running('db')).toBe('1.3.2');
  });

  test('without the setting stays', async () => {
    const { world, rows, sweep } = await scene();
    onTestFinished(() => world.close());
    const before = await rows();
    await world.pass(4_000 * day);
    await sweep();
    expect(await rows()).toEqual(before);
  });
});

const killedAt = async ({ nth, when }: DeathAt) => {
  const { world, rows, sweep } = await scene();
  let calls = 0;
  world.meter.fault = ({ name }) => {
    if (world.log.current !== 'sweep' || !/^table\.transact$|^documents\.remove$/.test(name)) return undefined;
    calls += 1;
    if (calls !== nth) return undefined;
    world.log.kill('sweep', 'error');
    return { error: new Error('killed'), when };
  };
  await sweep(30).catch(() => undefined);
  const made = calls;
  for (let more = 0; more < 2; more += 1) await sweep(30);
  const left = await rows();
  const documents = (world.deps.documents as unknown as { readonly texts: ReadonlyMap<string, string> }).texts;
  world.close();
  return { calls: made, left: { rows: left, documents: [...documents.keys()].sort() } };
};

test('the process that removes it may die anywhere: the next one goes on', async () => {
  const { calls, left } = await killedAt({ nth: 0, when: 'before' });
  expect(calls).toBeGreaterThan(15);
  for (const death of someOf(deathsIn(calls), 8)) expect((await killedAt(death)).left).toEqual(left);
});
