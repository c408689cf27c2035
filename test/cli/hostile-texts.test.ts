import { afterEach, describe, expect, test } from 'vitest';
import { batch, deployment, deployments, ended, event, failed, health, id, problem } from './answers.ts';
import { type FakeApi, type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

/** A colour, a cleared screen in both sets of controls, right-to-left text, a bell and injected lines. */
const evil = ' \u001b[31m\u001b[2J\u009b2J\u202e\u2066\u0007\u2028\u0085\nforged\rforged';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** Identifiers that the program sends back to the server, and times that it computes with. */
const plain = /^(batch_id|upload_id|content-type|at|created_at|ended_at|updated_at|from|to|by|kind|url)$/;

/** The same object with the hostile text at the end of every string. */
const poisoned = (value: unknown, name = ''): unknown => {
  // The status selects the sentence for a lock.
  if (value === 'UNKNOWN') return value;
  if (typeof value === 'string') return plain.test(name) ? value : `${value}${evil}`;
  if (Array.isArray(value)) return value.map((one) => poisoned(one, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poisoned(one, key)]));
};

const lock = { kind: 'lock', name: 'deployment risk/api', locks: ['l'], batch_id: 'B2', key: 'risk/api' } as const;
const unknown = deployment({
  index: 2,
  key: 'risk/api',
  status: 'UNKNOWN',
  waiting_for: [{ ...lock, status: 'UNKNOWN' }],
});
const skipped = deployment({ index: 3, key: 'risk/other', status: 'SKIPPED', reason: 'TargetUnknown' });
const all = deployments(deployment(), failed, unknown, skipped);
const metadata = { author: 'Ada', description: 'Of autumn', tags: ['q3'] };
const over = { ...ended('FAILED'), metadata };
const feed = {
  events: [event(1, {}), event(2, { key: 'risk/limit-check', to: 'FAILED', message: 'It failed.' })],
  next_after: 2,
  ended: true,
};
const plan = {
  plan_hash: 'h',
  total: 1,
  levels: 1,
  strategy: { mode: 'parallel', max_concurrency: 5, on_failure: 'continue' },
  limits: { environment: 1 },
  critical_path: ['risk/api'],
  warnings: ['mind'],
  simulated: health.simulated,
  recorded: { looked_up: 1, left_out: 0 },
  deployments: [
    {
      ...{ index: 0, key: 'risk/api', level: 0, rank: 0, priority: 5, docker_image_version: '1.1.0' },
      ...{ environment_id: 'staging', cluster: 'eu-1', namespace: 'risk', executor: 'harness', dependencies: ['a/b'] },
      recorded: { batch_id: 'B1', at: over.created_at, ended: { status: 'FAILED', reason: 'Timeout', version: '1' } },
      held_by: [{ ...lock, status: 'UNKNOWN' }],
      steps: ['runs'],
    },
  ],
};
const good = (body: unknown) => ({ body: poisoned(body) });
const issue = { line: 1, column: 2, path: 'a', message: 'is wrong', hint: 'b' };
const refusal = (code: string, more: object) => {
  const { body, ...rest } = problem(404, code, more);
  return { ...rest, body: { ...(poisoned(body) as object), status: 404 } };
};

const read: Script = {
  'GET /health': good(health),
  'GET /batches/latest': good(over),
  'GET /batches/B1': good(over),
  'GET /batches/B1/deployments?limit=1000': good(all),
  'GET /batches/B1/events?after=0&wait=10&limit=1000': good(feed),
};
const resolve = ['resolve', id, 'risk/api', '--status', 'failed', '--reason', 'x'];
const resolvePath = `POST /batches/${id}/deployments/risk/api/resolve`;

const views: Readonly<Record<string, readonly [readonly string[], Script, RunOptions?]>> = {
  list: [['list'], { 'GET /batches?limit=20': good({ batches: [batch()] }) }],
  'no such batch': [['status', 'B1'], { 'GET /batches/B1': refusal('BatchNotFound', { issues: [issue] }) }],
  'several batches': [
    ['status', 'B1'],
    { 'GET /batches/B1': refusal('BatchAmbiguous', { candidates: [{ batch_id: id, name: 'n', status: 'SUCCESS' }] }) },
  ],
  status: [['status', 'latest'], read],
  'status --follow': [['status', 'latest', '--follow'], read],
  'status --follow, live': [['status', 'latest', '--follow'], read, { live: true }],
  deploy: [
    ['deploy', '-', '--follow'],
    { ...read, 'POST /batches': { status: 202, ...good({ ...batch(), warnings: ['mind'] }) } },
    { stdin: 'x' },
  ],
  plan: [['plan', '-'], { 'POST /batches/plan': good(plan) }, { stdin: 'x' }],
  'plan, 80 columns': [['plan', '-'], { 'POST /batches/plan': good(plan) }, { stdin: 'x', columns: 80 }],
  cancel: [
    ['cancel', 'latest'],
    {
      'GET /batches/latest': good(batch()),
      'POST /batches/B1/cancel': good({ batch_id: 'B1', in_flight: [{ key: 'a/b', effect: 'continues', why: 'w' }] }),
    },
    { says: 'y' },
  ],
  proceed: [
    ['proceed', id, 'risk/api'],
    { [`POST /batches/${id}/deployments/risk/api/proceed`]: good({ ...failed, key: 'risk/api' }) },
  ],
  resolve: [resolve, { [resolvePath]: good({ ...failed, resolved_by: 'ada' }) }],
  'resolve an unknown key': [
    resolve,
    {
      [resolvePath]: {
        ...refusal('DeploymentNotFound', {}),
        body: { status: 404, code: 'DeploymentNotFound', detail: evil },
      },
      [`GET /batches/${id}/deployments?limit=1000`]: good(deployments(deployment({ key: 'risk/apu' }))),
    },
  ],
  source: [
    ['source', id],
    { [`GET /batches/${id}/source`]: { body: evil, headers: { 'content-type': 'application/yaml' } } },
    { live: true },
  ],
};

const shown = async (name: string, options: RunOptions, more: readonly string[] = []) => {
  const [argv, script, own] = views[name]!;
  const api = await startFakeApi(script);
  apis.push(api);
  const { out, error, redrawn } = await run([...argv, ...more, '--url', api.url], { ...own, ...options });
  return { lines: [...out, ...error, ...redrawn.flatMap((text) => text.split('\n'))], api };
};

describe('text from a server moves no cursor, has no colour and starts no line of its own, wherever it appears', () => {
  test.each(Object.keys(views))('%s', async (name) => {
    const { lines } = await shown(name, {});
    expect(lines.filter((line) => hidden.test(line))).toEqual([]);
    expect(lines.join('\n')).toContain('\\u001b[31m');
    // A source has several lines.
    if (name !== 'source') expect(lines.filter((line) => line.startsWith('forged'))).toEqual([]);
  });

  test.each(Object.keys(views))('%s, in our colours', async (name) => {
    const [without, coloured] = await Promise.all([false, true].map(async (coloured) => shown(name, { coloured })));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour of ours
    const bare = coloured!.lines.map((line) => line.replaceAll(/\u001b\[\d\d?m/g, ''));
    const port = (one: string) => one.replaceAll(/127\.0\.0\.1:\d+/g, 'here');
    expect(bare.map(port)).toEqual(without!.lines.map(port));
  });

  test('JSON stays unchanged', async () => {
    const { lines } = await shown('list', {}, ['--json']);
    expect(lines.filter((line) => hidden.test(line))).toEqual([]);
    expect(JSON.parse(lines[0]!)).toEqual({ batches: [poisoned(batch())] });
  });
});
