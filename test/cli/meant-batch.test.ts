import { afterEach, describe, expect, test } from 'vitest';
import { batch, deployments, ended, failed, health, id, problem } from './answers.ts';
import { type FakeApi, type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

const known = { body: batch({ batch_id: id }) };
const cancelled = { body: { batch_id: id, in_flight: [] } };
const script: Script = {
  'GET /batches/latest': known,
  'GET /batches/01m7z8': known,
  [`POST /batches/${id}/cancel`]: cancelled,
  [`POST /batches/${id}/deployments/risk/limit-check/resolve`]: { body: { ...failed, resolved_by: 'local' } },
  [`GET /batches/${id}/source`]: { body: 'version: v1.0\n', headers: { 'content-type': 'application/yaml' } },
};

const typed = async (argv: readonly string[], options: RunOptions = {}, more: Script = {}) => {
  const api = await startFakeApi({ ...script, ...more });
  apis.push(api);
  const ran = await run([...argv, '--url', api.url], options);
  return { ...ran, received: api.received.map(({ request }) => request) };
};

const cancel = `POST /batches/${id}/cancel`;
const isIt = (named: string) =>
  `${named} is batch ${id}: Autumn release, PROCESSING, submitted 2026-09-30 06:00:00Z by ada.`;
const nobody = 'Cannot ask you (no terminal). Add --yes, or give the whole id.';
const json = 'Cannot ask you (--json). Add --yes, or give the whole id.';
const question = 'Cancel it? [y/N] ';

describe('a command that changes a batch names the batch and asks for confirmation', () => {
  const cases: readonly (readonly [string, readonly string[], RunOptions, number, readonly string[], boolean])[] = [
    ['yes', ['latest'], { says: 'y' }, 0, [isIt('latest'), question], true],
    ['Yes', ['01m7z8'], { says: ' Yes ' }, 0, [isIt('01m7z8'), question], true],
    ['no', ['latest'], { says: 'n' }, 6, [isIt('latest'), question, 'Nothing was changed.'], false],
    ['nothing', ['latest'], { says: '' }, 6, [isIt('latest'), question, 'Nothing was changed.'], false],
    ['no terminal', ['latest'], {}, 2, [isIt('latest'), nobody], false],
    ['--yes', ['01m7z8', '--yes'], {}, 0, [isIt('01m7z8')], true],
    ['--json', ['latest', '--json'], { says: 'y' }, 2, [isIt('latest')], false],
    ['--json --yes', ['latest', '--json', '--yes'], {}, 0, [isIt('latest')], true],
    ['the whole id', [id], {}, 0, [], true],
    ['the whole id in lower case', [id.toLowerCase()], { says: 'n' }, 0, [], true],
  ];
  test.each(cases)('%s', async (_, argv, options, status, told, isDone) => {
    const { received, error, ...ran } = await typed(['cancel', ...argv], options);
    expect([ran.status, error, received.includes(cancel)]).toEqual([status, told, isDone]);
    if (argv.includes('--json') && !isDone) expect(JSON.parse(ran.out[0]!)).toEqual({ detail: json });
  });

  test.each<RunOptions>([{ says: 'y' }, {}])(
    'asks nothing about a batch that has ended, because the server reports it: %j',
    async (options) => {
      const { status, error, received } = await typed(['cancel', 'latest'], options, {
        'GET /batches/latest': { body: { ...ended('SUCCESS'), batch_id: id } },
        [cancel]: problem(409, 'StatusConflict'),
      });
      expect([status, error.slice(1), received.at(-1)]).toEqual([6, ['StatusConflict it is.'], cancel]);
    },
  );

  test('resolve asks before it records the outcome', async () => {
    const argv = ['resolve', 'latest', 'risk/limit-check', '--status', 'failed', '--reason', 'x'];
    const { status, error, received } = await typed(argv, { says: 'y' });
    expect([status, error.at(-1)]).toEqual([0, 'Say that risk/limit-check is FAILED there? [y/N] ']);
    expect(received.at(-1)).toBe(`POST /batches/${id}/deployments/risk/limit-check/resolve`);
  });
});

describe('read-only commands do not ask', () => {
  test('status', async () => {
    const path = `GET /batches/${id}/deployments?limit=1000`;
    const more = {
      'GET /batches/latest': { body: { ...ended('SUCCESS'), batch_id: id } },
      'GET /health': { body: health },
      [path]: { body: deployments() },
    };
    const { status, out, received } = await typed(['status', 'latest'], {}, more);
    expect([status, received.at(-1)]).toEqual([0, path]);
    expect(out).toContain(`Batch ${id}: Autumn release`);
  });

  test.each(['latest', '01m7z8', id])('source %s', async (named) => {
    const { status, out } = await typed(['source', named, '--json']);
    expect([status, JSON.parse(out[0]!).batch_id]).toEqual([0, id]);
  });
});

test.each(['status', 'source', 'cancel'])('%s: exits with 4 and lists the matches if several match', async (verb) => {
  const candidates = [
    { batch_id: id, name: 'Autumn\u001b[2J', status: 'SUCCESS', created_at: '' },
    { batch_id: '01M7Z82VGHV3GT6X1EMB454VBT', name: 'Winter', status: 'PROCESSING', created_at: '' },
  ];
  const { status, error } = await typed(
    [verb, '01M7'],
    {},
    {
      'GET /batches/01M7': problem(404, 'BatchAmbiguous', { candidates }),
    },
  );
  expect([status, error]).toEqual([
    4,
    [
      'BatchAmbiguous it is.',
      `  ${id}  SUCCESS     Autumn\\u001b[2J`,
      '  01M7Z82VGHV3GT6X1EMB454VBT  PROCESSING  Winter',
    ],
  ]);
});
