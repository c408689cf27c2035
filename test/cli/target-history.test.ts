import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import type { ChangeRow } from '../../lib/domain/record/index-rows.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { callApi } from '../functions/api-call.ts';
import { writeChanges } from '../functions/target-rows.ts';
import { makeWorld } from '../usecases/batch/api-world.ts';
import { type RunOptions, run } from './cli-world.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 8, 30, 6);

const change = (target: string, more: Partial<ChangeRow> = {}): ChangeRow => ({
  ...{ target, batch_id: 'B1', index: 0, status: 'SUCCESS', reason: 'Verified', version: '1.4.0' },
  ...{ before: '1.3.0', after: '1.4.0', by: 'u-1', by_name: 'Ada Lovelace', at: now - 2 * day },
  ...more,
});

const story: readonly ChangeRow[] = [
  change('sit/eu-1/risk/cva', {
    at: now - 20 * day,
    version: '1.3.0',
    after: '1.3.0',
    before: '1.2.0',
    batch_id: 'B0',
  }),
  change('uat/eu-1/risk/cva'),
  change('sit/eu-1/risk/cva', {
    ...{ at: now - day, status: 'FAILED', reason: 'RestoredPreviousRelease', version: '1.5.0', after: '1.3.0' },
    batch_id: 'B2',
  }),
  change('sit/eu-1/risk/limit', { index: 1 }),
  change('uat/eu-1/risk/limit', { index: 1 }),
  change('uat/eu-1/data/feed', { index: 2 }),
];

/** The API itself on a socket, over the data of a story. */
const serve = async () => {
  const world = makeWorld();
  await writeChanges(world, story);
  const { grants: _, ...known } = world.catalogue;
  const clusters = { 'eu-1': { simulated: true } };
  const catalogue = { ...known, clusters, environments: { uat: {}, sit: {} } };
  const handler = create({ ...world.deps, catalogue: async () => catalogue }, { identify: byToken });
  const server = createServer(async (request, response) => {
    const claims = { sub: 'ada', scope: 'flotilla/admin' };
    const { status, body } = await callApi(handler, request.method!, request.url!, { claims });
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const flotilla = async (argv: readonly string[], options: RunOptions = {}) => {
    const ran = await run([...argv, '--url', url], { now, ...options });
    const rows = ran.out.map((line) => line.replace(/ {2,}/g, ' | ').trim().replace(` --url ${url}`, ''));
    return { ...ran, rows };
  };
  return { world, flotilla };
};

const head = 'WHEN | SERVICE | ENVIRONMENT | ON | VERSION | STATUS | WHY | BY | BATCH';
const inUat = '2026-09-28 06:00Z | risk/cva | uat | eu-1 | 1.3.0 -> 1.4.0 | SUCCESS | Verified | Ada Lovelace | B1';
const inSit =
  '2026-09-29 06:00Z | risk/cva | sit | eu-1 | 1.3.0 -> 1.5.0, 1.3.0 runs | FAILED | RestoredPreviousRelease | Ada Lovelace | B2';
const before = '2026-09-10 06:00Z | risk/cva | sit | eu-1 | 1.2.0 -> 1.3.0 | SUCCESS | Verified | Ada Lovelace | B0';

describe('flotilla history', () => {
  test('shows all targets of a service as one list, newest first, with no limit on age', async () => {
    const { flotilla } = await serve();
    const { status, rows } = await flotilla(['history', 'risk/cva', '--utc']);
    expect([status, rows]).toEqual([0, [head, inSit, inUat, before]]);
  });

  test('filters by environment and time, up to the limit', async () => {
    const { flotilla } = await serve();
    const sit = ['history', 'risk/cva', '--utc', '--environment', 'sit'];
    expect((await flotilla([...sit, '--since', '7d'])).rows).toEqual([head, inSit]);
    expect((await flotilla([...sit, '--limit', '1'])).rows).toEqual([
      ...[head, inSit, 'There are more: flotilla history risk/cva --environment sit --limit 5'],
    ]);
    const { out } = await flotilla([...sit, '--json']);
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      key: 'risk/cva',
      changes: [{ batch_id: 'B2' }, { batch_id: 'B0' }],
      more: false,
    });
  });

  test('says so when nothing is recorded for a service', async () => {
    const { flotilla } = await serve();
    const { status, error } = await flotilla(['history', 'risk/nothing']);
    expect([status, error[0]]).toEqual([
      4,
      expect.stringMatching(
        /^Nothing is recorded of risk\/nothing, or nothing that you may see\. What there is: flotilla targets/,
      ),
    ]);
  });

  test('writes each file once, and overwrites nothing', async () => {
    const { world, flotilla } = await serve();
    const directory = mkdtempSync(join(tmpdir(), 'flotilla-history-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    // On another cluster at the same moment.
    const moment = { at: now - 2 * day, batch_id: 'B1', version: '1.4.0', origin: 'recorded' };
    const deployment = { key: 'risk/cva', target: 'uat/us-1/risk/cva', index: 9, infrastructure_id: 'us' };
    await world.table.transact([
      { put: itemOf(keys.targetPointer('uat/us-1/risk/cva'), {}) },
      {
        put: itemOf(keys.targetNow('uat/us-1/risk/cva'), {
          ...moment,
          target: 'uat/us-1/risk/cva',
          index: 9,
          state: 'verified',
          since: moment.at,
        }),
      },
      { put: itemOf(keys.release('uat/us-1/risk/cva', '01K9'), { ...moment, deployment }) },
    ]);
    const argv = ['history', 'risk/cva', '--export', 'out', '--json'];
    const first = await flotilla(argv, { directory });
    const names = [
      'risk-cva_sit_20260910T060000000Z.json',
      'risk-cva_sit_20260929T060000000Z.json',
      'risk-cva_uat_20260928T060000000Z-2.json',
      'risk-cva_uat_20260928T060000000Z.json',
    ];
    const folder = join(directory, 'out');
    const { written, ...others } = JSON.parse(first.out.join('\n'));
    expect([written.sort(), others]).toEqual([names, { folder, there: [], foreign: [] }]);
    expect(readdirSync(folder).sort()).toEqual(names);
    const told = JSON.parse(readFileSync(join(folder, names[3]!), 'utf8'));
    expect(told).toEqual({
      ...{ app: 'risk/cva', env: 'uat', version: '1.4.0', timestamp: '2026-09-28T06:00:00.000Z', status: 'SUCCESS' },
      config: expect.objectContaining({ target: 'uat/eu-1/risk/cva', environment_id: 'uat' }),
    });
    const failed = JSON.parse(readFileSync(join(folder, names[1]!), 'utf8'));
    expect(failed).toMatchObject({ version: '1.5.0', status: 'FAILED', config: null });
    writeFileSync(join(folder, names[0]!), 'mine');
    const again = await flotilla(argv.slice(0, -1), { directory });
    expect([again.status, again.out]).toEqual([
      1,
      [`Wrote 0 files to ${folder}; 3 were there already.`, `${names[0]} is something else and was left as it is.`],
    ]);
    expect(readFileSync(join(folder, names[0]!), 'utf8')).toBe('mine');
  });
});

describe('flotilla changes', () => {
  test('shows what changed recently, everywhere', async () => {
    const { flotilla } = await serve();
    const { status, rows } = await flotilla(['changes', '--utc', '--service', 'risk/cva']);
    expect([status, rows]).toEqual([0, [head, inSit, inUat]]);
    const all = await flotilla(['changes', '--utc', '--limit', '2']);
    expect([all.rows.length, all.rows.at(-1)]).toEqual([
      4,
      'There are more since 2026-09-23 06:00Z: flotilla changes --limit 10',
    ]);
    const failed = await flotilla(['changes', '--utc', '--actor', 'Ada Lovelace', '--status', 'failed']);
    expect(failed.rows).toEqual([head, inSit]);
    const none = await flotilla(['changes', '--utc', '--since', '1h']);
    expect(none.out).toEqual(['Nothing has changed since 2026-09-30 05:00Z, or nothing that you may see.']);
    const { out } = await flotilla(['changes', '--until', '2026-09-29', '--since', '2026-09-01', '--json', '--utc']);
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      since: '2026-09-01T00:00:00.000Z',
      until: '2026-09-29T00:00:00.000Z',
      more: false,
      changes: [{ index: 2 }, { index: 1 }, { index: 1 }, { index: 0 }, { batch_id: 'B0' }],
    });
  });

  test.each([
    [['--since', 'soon'], /^--since soon is no time/],
    [['--limit', '0'], /A whole number from 1 to 100000 is needed/],
  ])('rejects %o', async (argv, message) => {
    const { status, error } = await run(['changes', ...argv]);
    expect([status, error.join('\n')]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('flotilla diff', () => {
  test('shows the services that differ, by name, and how', async () => {
    const { flotilla } = await serve();
    const { status, rows } = await flotilla(['diff', 'sit', 'uat']);
    expect([status, rows]).toEqual([
      0,
      [
        'SERVICE | sit | uat | WHY',
        'data/feed | - | 1.4.0 | only in uat',
        'risk/cva | 1.5.0 | 1.4.0 | version',
        '2 of 3 services differ.',
      ],
    ]);
  });

  test('reports a difference in its exit status on request', async () => {
    const { flotilla } = await serve();
    expect((await flotilla(['diff', 'sit', 'uat', '--exit-code'])).status).toBe(1);
    const same = await flotilla(['diff', 'sit', 'uat', '--exit-code', '--service', 'risk/limit']);
    expect([same.status, same.out]).toEqual([0, ['It is the same in both.']]);
    const { out } = await flotilla(['diff', 'sit', 'uat', '--service', 'limit', '--pillar', 'risk', '--json']);
    expect(JSON.parse(out.join('\n'))).toEqual({ from: 'sit', to: 'uat', compared: 1, differences: [] });
  });

  test('suggests the nearest name for a missing environment', async () => {
    const { flotilla } = await serve();
    const { status, error } = await flotilla(['diff', 'sit', 'uta']);
    expect([status, error.join('\n')]).toEqual([
      2,
      expect.stringMatching(/^<to>: there is no environment .*did you mean uat/),
    ]);
  });
});

describe('docs/targets.md', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'targets.md'), 'utf8');
  const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => block!.trim().split('\n'));

  test.each(commands.filter((command) => !/backfill|migrate/.test(command)))('%s', async (command) => {
    const { flotilla } = await serve();
    const directory = mkdtempSync(join(tmpdir(), 'flotilla-docs-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const argv = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
    const { status, error } = await flotilla(argv.slice(1), { directory });
    expect([status, error]).toEqual([command.includes('--exit-code') ? 1 : 0, []]);
  });
});
