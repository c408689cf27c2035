import { afterEach, describe, expect, test } from 'vitest';
import { releaseYaml } from '../usecases/batch/api-world.ts';
import { batch, ended, health, id } from './answers.ts';
import { type FakeApi, type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

const asked = async (script: Script, argv: readonly string[], options: RunOptions = {}) => {
  const api = await startFakeApi({ 'GET /health': { body: health }, ...script });
  apis.push(api);
  const ran = await run([...argv, '--url', api.url], options);
  return { ...ran, url: api.url, received: api.received };
};

const accepted = { status: 202, body: batch() };
const bodyOf = ({ received }: { received: FakeApi['received'] }, request: string): unknown =>
  JSON.parse(received.find((one) => one.request === request)!.body);

const followed: Script = {
  'GET /batches/B1/deployments?limit=1000': { body: { deployments: [] } },
  'GET /batches/B1/events?after=0&wait=10&limit=1000': { body: { events: [], next_after: 0, ended: true } },
  'GET /batches/B1': { body: { ...ended('FAILED'), links: { self: '/batches/B1' } } },
};

describe('flotilla retry', () => {
  test('submits the retry once, and says how to follow it', async () => {
    const path = `POST /batches/${id}/retry`;
    const ran = await asked({ [path]: accepted }, [
      ...['retry', id, '--only', 'risk/cva', 'risk/fx', '--with', 'risk/cva=1.3.3', '--reason', 'the registry is back'],
    ]);
    expect(ran.status).toBe(0);
    expect(ran.out).toContain('Batch B1 accepted: Autumn release, 2 deployments.');
    expect(bodyOf(ran, path)).toEqual({
      only: ['risk/cva', 'risk/fx'],
      with: { 'risk/cva': '1.3.3' },
      reason: 'the registry is back',
    });
    expect(ran.received.find(({ request }) => request === path)!.headers['idempotency-key']).toBe('made-here');
  });

  test('asks to confirm the batch when you give the start of an id, but not for a preview', async () => {
    const script: Script = {
      'GET /batches/B1': { body: batch({ batch_id: id }) },
      [`POST /batches/${id}/retry/plan`]: {
        body: {
          ...{ of: id, after: ['R1'], left: [{ key: 'risk/fx', reason: 'Superseded', message: 'Changed.' }] },
          members: [
            { key: 'risk/cva', version: '1', status: 'FAILED', reason: 'RunFailed', batch_id: id, dependencies: [] },
          ],
          plan: {
            ...{
              plan_hash: 'h',
              total: 1,
              levels: 1,
              limits: {},
              critical_path: ['risk/cva'],
              warnings: [],
              deployments: [],
            },
            strategy: { mode: 'parallel', max_concurrency: 5, on_failure: 'continue' },
            simulated: { harness: false, clusters: [] },
          },
        },
      },
    };
    const refused = await asked(script, ['retry', 'B1']);
    expect([refused.status, refused.error.at(-1)]).toEqual([2, expect.stringContaining('Add --yes')]);
    const preview = await asked(script, ['retry', 'B1', '--preview']);
    expect(preview.status).toBe(0);
    expect(preview.out.slice(0, 4)).toEqual([
      `Of batch ${id}, as it stands after R1, 1 deployment would be tried again:`,
      '  risk/cva 1 (FAILED / RunFailed)',
      '1 deployment would be left:',
      '  risk/fx: Superseded. Changed.',
    ]);
  });

  test.each([
    ['a version without a key', ['--with', '1.3.3'], '--with takes pillar/service=VERSION'],
    ['the same key twice on one infrastructure', ['--with', 'a/b@eu-1=1', 'a/b@eu-1=2'], '--with names a/b@eu-1 twice'],
    ['a key twice', ['--with', 'a/b=1', 'a/b=2'], '--with names a/b twice'],
  ])('rejects %s', async (_, argv, said) => {
    const { status, error } = await asked({}, ['retry', id, ...argv]);
    expect([status, error.join()]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe('one deployment without a file', () => {
  test('sends the arguments as one deployment', async () => {
    const argv = [
      'risk/cva=1.4.0',
      '--environment',
      'uat',
      '--infrastructure',
      'eu',
      '--artifact',
      'docker',
      '--reason',
      'r',
    ];
    const ran = await asked({ 'POST /deployments': accepted }, ['deploy', ...argv, '--plan-hash', 'h']);
    expect(ran.status).toBe(0);
    expect(bodyOf(ran, 'POST /deployments')).toEqual({
      ...{
        key: 'risk/cva',
        version: '1.4.0',
        environment: 'uat',
        infrastructure: 'eu',
        artifact: 'docker',
        reason: 'r',
      },
    });
    const { headers } = ran.received.find(({ request }) => request === 'POST /deployments')!;
    expect(headers).toMatchObject({ 'if-match': '"h"', 'idempotency-key': 'made-here' });
  });

  test('says how to send it again when the server does not answer', async () => {
    const script = { 'POST /deployments': { status: 503, body: { detail: 'Later.' } } };
    const { status, error, url } = await asked(script, [
      'deploy',
      'risk/cva=1',
      '--environment',
      'uat',
      '--patience',
      '0',
    ]);
    const again = `flotilla deploy risk/cva=1 --environment uat --idempotency-key made-here --url ${url}`;
    expect([status, error.at(-1)]).toEqual([5, `To send it again, and not to start it twice: ${again}`]);
  });

  test('can be planned without a server, too', async () => {
    const argv = ['--environment', 'uat', '--infrastructure', 'cluster-eu-1', '--artifact', 'docker'];
    const { status, out } = await run(['plan', 'risk/cva=1.4.0', ...argv]);
    expect(status).toBe(0);
    expect(out.join('\n')).toContain('Critical path: risk/cva');
    const unsaid = await run(['plan', 'risk/cva=1.4.0', '--environment', 'uat']);
    expect([unsaid.status, unsaid.error.join()]).toEqual([
      2,
      expect.stringContaining('flotilla deploy --infrastructure'),
    ]);
  });

  test.each([
    ['no environment', ['risk/cva=1'], 'needs --environment'],
    ['an environment with a file', ['-', '--environment', 'uat'], '--environment goes with pillar/service=VERSION'],
    ['--set', ['risk/cva=1', '--environment', 'uat', '--set', 'risk/cva=2'], '--set changes a file'],
  ])('rejects %s', async (_, argv, said) => {
    const { status, error } = await asked({}, ['deploy', ...argv], { stdin: releaseYaml });
    expect([status, error.join()]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe('--set', () => {
  test('changes the version and nothing else', async () => {
    const script = { 'POST /batches': accepted };
    const argv = ['deploy', '-', '--set', 'risk/limit-check=9.9.9', '--set', 'shared/login-api=1'];
    const { status, received } = await asked(script, argv, { stdin: releaseYaml });
    const sent = received.find(({ request }) => request === 'POST /batches')!.body;
    expect([status, sent]).toEqual([0, releaseYaml.replace('2.4.0', '9.9.9').replace('3.0.2', '1')]);
  });

  test('suggests the nearest key for an unknown one', async () => {
    const { status, error } = await asked({}, ['deploy', '-', '--set', 'risk/limit-chek=1'], { stdin: releaseYaml });
    const said = '--set cannot change <stdin>: it has no deployment risk/limit-chek; did you mean risk/limit-check?';
    expect([status, error]).toEqual([2, [said]]);
  });
});

describe('--report-url', () => {
  const deployed = async (hook: Script, path = '/hook?to=me', options: RunOptions = {}) => {
    const receiver = await startFakeApi(hook);
    apis.push(receiver);
    const script = { 'POST /batches': accepted, ...followed };
    const argv = ['deploy', '-', '--report-url', `${receiver.url}${path}`];
    return { receiver, ...(await asked(script, argv, { stdin: releaseYaml, ...options })) };
  };

  test('posts the end of the batch to the address, and exits with the status of the batch', async () => {
    const { status, error, url, receiver } = await deployed({ 'POST /hook?to=me': { status: 204, body: '' } });
    expect([status, error]).toEqual([1, []]);
    expect(JSON.parse(receiver.received[0]!.body)).toEqual({
      ...{ batch_id: 'B1', status: 'FAILED', reason: 'DeploymentsFailed', message: 'Over.' },
      counts: { PROCESSING: 1, PENDING: 1 },
      links: { self: `${url}/batches/B1` },
    });
    expect(receiver.received[0]!.headers).not.toHaveProperty('authorization');
  });

  test('retries a receiver that is briefly down', async () => {
    const away = { status: 503, body: '' };
    const { status, error, receiver } = await deployed({ 'POST /hook?to=me': [away, away, { status: 200, body: '' }] });
    expect([status, error, receiver.received.length]).toEqual([1, [], 3]);
  });

  test('warns about a receiver that refuses, and prints only its host', async () => {
    const { status, error, receiver } = await deployed({ 'POST /hook?to=me': { status: 500, body: '' } });
    expect([status, receiver.received.length]).toEqual([1, 4]);
    expect(error).toEqual([
      `warning: the end of batch B1 could not be posted to ${receiver.url}: it answered with 500.`,
    ]);
  });

  test.each([
    ['http://example.com/hook', 'an https:// address'],
    ['ftp://127.0.0.1/', 'an https:// address'],
    ['nowhere', 'an https:// address'],
    ['https://ada:secret@example.com/', 'no user and no password'],
  ])('refuses %s, and sends nothing', async (address, said) => {
    const { status, error, received } = await asked({}, ['deploy', '-', '--report-url', address], {
      stdin: releaseYaml,
    });
    expect([status, received]).toEqual([2, []]);
    expect(error.join()).toContain(said);
    expect(error.join()).not.toContain('secret');
  });
});
