import { afterEach, describe, expect, test } from 'vitest';
import { releaseYaml } from '../usecases/batch/api-world.ts';
import { batch, health, problem } from './answers.ts';
import { type FakeApi, type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

const accepted = { status: 202, body: batch() };
const lost = { ...accepted, cut: true };
const before = { status: 200, body: batch() };
const isAccepted = 'Batch B1 accepted: Autumn release, 2 deployments.';

const submitted = async (script: Script, argv: readonly string[] = [], options: RunOptions = {}) => {
  const api = await startFakeApi({ 'GET /health': { body: health }, ...script });
  apis.push(api);
  const ran = await run(['deploy', '-', '--url', api.url, ...argv], { stdin: releaseYaml, ...options });
  const posts = api.received.filter(({ request }) => request === 'POST /batches');
  return { ...ran, url: api.url, keys: posts.map(({ headers }) => headers['idempotency-key']) };
};

describe('submits a batch once, no matter how many requests it takes', () => {
  test('retries under the same key after a lost answer, without reporting an earlier batch', async () => {
    const { status, out, error, keys, url } = await submitted({ 'POST /batches': [lost, before] });
    expect([status, keys]).toEqual([0, ['made-here', 'made-here']]);
    expect(out).toContain(isAccepted);
    expect(error.slice(-2)).toEqual(['Asking again for up to 5 minutes…', `${url} answers again.`]);
  });

  test('with your own key', async () => {
    const { out, keys } = await submitted({ 'POST /batches': [lost, before] }, ['--idempotency-key', 'mine']);
    expect(keys).toEqual(['mine', 'mine']);
    expect(out).toContain('Batch B1 exists already (PROCESSING); nothing new was started.');
  });

  test('waits for a server that is not up yet', async () => {
    const gone = await startFakeApi({});
    await gone.close();
    const script = { 'POST /batches': accepted, 'GET /health': { body: health } };
    const { status, out } = await run(['deploy', '-', '--url', gone.url], {
      stdin: releaseYaml,
      onPause: async (seconds) => {
        if (seconds > 100 && apis.length === 0) {
          apis.push(await startFakeApi(script, Number(new URL(gone.url).port)));
        }
      },
    });
    expect([status, out.includes(isAccepted)]).toEqual([0, true]);
  });

  test.each([
    ['stays down', { status: 503, body: { detail: 'Later.' } }, 'Later.'],
    ['fails', problem(500, 'InternalError'), 'InternalError it is.'],
    ['cuts the connection', lost, expect.stringMatching(/^No answer from /)],
  ])('a server that %s: 5, and how to send it again', async (_, answer, said) => {
    const { status, error, url } = await submitted({ 'POST /batches': answer }, ['--patience', '9']);
    const again = `flotilla deploy - --idempotency-key made-here --url ${url}`;
    expect([status, error.slice(-2)]).toEqual([5, [said, `To send it again, and not to start it twice: ${again}`]]);
  });

  test('reports at once what only a person can fix', async () => {
    let pauses = 0;
    const { status } = await run(['deploy', '-', '--url', 'http://127.0.0.1:1'], {
      stdin: releaseYaml,
      onPause: () => {
        pauses += 1;
      },
    });
    expect([status, pauses]).toEqual([5, 0]);
  });

  test('prints the key in the problem with --json', async () => {
    const script = { 'POST /batches': { status: 503, body: { detail: 'Later.' } } };
    const { out } = await submitted(script, ['--patience', '9', '--json']);
    expect(out.map((line) => JSON.parse(line))).toEqual([
      { detail: 'Later.', status: 503, idempotency_key: 'made-here' },
    ]);
  });

  test('does not retry after a refusal', async () => {
    const { status, error, keys } = await submitted({ 'POST /batches': problem(409, 'IdempotencyKeyReused') });
    expect([status, keys.length, error]).toEqual([6, 1, ['IdempotencyKeyReused it is.']]);
  });

  test('reports an accepted batch even when the server no longer answers', async () => {
    const { status, error, url } = await submitted(
      { 'POST /batches': accepted, 'GET /health': { status: 503, body: {} } },
      ['--patience', '0'],
    );
    expect([status, error]).toEqual([
      5,
      ['The answer was 503.', `The batch goes on: flotilla status B1 --follow --url ${url}`],
    ]);
  });

  test('Ctrl-C: 130, and how to send it again', async () => {
    const { status, error, url } = await submitted({ 'POST /batches': { status: 503, body: {} } }, [], {
      onPause: (seconds) => void (seconds > 10 && process.emit('SIGINT', 'SIGINT')),
    });
    const again = `flotilla deploy - --idempotency-key made-here --url ${url}`;
    expect([status, error.slice(-2)]).toEqual([
      130,
      ['Stopped; the batch may have been accepted or not.', `To send it again, and not to start it twice: ${again}`],
    ]);
  });
});
