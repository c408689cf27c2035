import { expect, onTestFinished, test } from 'vitest';
import { openerFor, openWith } from '../../lib/cli/open-page.ts';
import { batch, deployment, failed, id } from './answers.ts';
import { type RunOptions, run, startFakeApi } from './cli-world.ts';

const links = { console: 'https://console.test/execution' };
const metadata = { links: { ci: 'https://ci.test/1', bad: 'javascript:alert(1)', worse: 'https://ada:pw@ci.test/' } };
const run1 = { executor: 'harness', key: 'k', attempt: 1, url: 'https://harness.test/run-1' };

const against = async (argv: readonly string[], options: RunOptions = {}, patch: object = {}) => {
  const opened: string[] = [];
  const api = await startFakeApi({
    [`GET /batches/${id}`]: { body: batch({ batch_id: id, links, metadata, ...patch }) },
    [`GET /batches/${id}/deployments/risk/limit-check`]: {
      body: { ...failed, runs: [run1, { ...run1, attempt: 'restore', url: 'https://harness.test/run-2' }] },
    },
    [`GET /batches/${id}/deployments/shared/login-api`]: { body: deployment() },
  });
  onTestFinished(() => api.close());
  const openPage = async (url: string): Promise<boolean> => opened.push(url) > 0;
  const ran = await run(['open', id, ...argv], { env: { FLOTILLA_URL: api.url }, openPage, ...options });
  return { ...ran, opened, url: api.url };
};

test('a batch: its execution, its links, and the API; opens the first one, and only web pages', async () => {
  const { status, out, opened, url } = await against([]);
  expect([status, out, opened]).toEqual([
    0,
    ['Step Functions: https://console.test/execution', 'ci: https://ci.test/1', `API: ${url}/batches/${id}`],
    ['https://console.test/execution'],
  ]);
});

test('a deployment: its latest run first', async () => {
  const { out, opened, url } = await against(['risk/limit-check']);
  expect(out).toEqual([
    'harness run, restore: https://harness.test/run-2',
    'harness run, attempt 1: https://harness.test/run-1',
    `API: ${url}/batches/${id}/deployments/risk/limit-check`,
  ]);
  expect(opened).toEqual(['https://harness.test/run-2']);
});

test.each([
  ['with --print', ['--print'], {}],
  ['with --json', ['--json'], {}],
  ['without a terminal', [], { openPage: undefined }],
])('opens nothing %s', async (_, argv, options) => {
  const { status, opened } = await against(argv, options as RunOptions);
  expect([status, opened]).toEqual([0, []]);
});

test('does not open the API, which is no web page, and lists the pages of the runs instead', async () => {
  const { opened, error } = await against([], {}, { links: {}, metadata: {} });
  expect([opened, error]).toEqual([[], [`This batch has no page. The pages of a run: flotilla open ${id} KEY`]]);
  expect((await against(['shared/login-api'])).opened).toEqual([]);
});

test('passes the browser only characters that are valid in an address', async () => {
  const { opened } = await against([], {}, { links: { console: ' https://ci.test/a\u0000 "b\n' } });
  expect(opened).toEqual(['https://ci.test/a%00%20%22b']);
});

test('exits with 1 and says so where no browser starts', async () => {
  const { status, error } = await against([], { openPage: async () => false });
  expect([status, error]).toEqual([1, ['No browser could be started; open the address above yourself.']]);
});

test('as JSON', async () => {
  const { out, url } = await against(['--json']);
  expect(JSON.parse(out[0]!).links).toEqual([
    { name: 'Step Functions', url: 'https://console.test/execution' },
    { name: 'ci', url: 'https://ci.test/1' },
    { name: 'API', url: `${url}/batches/${id}` },
  ]);
});

test.each([
  ['linux', ['xdg-open', ['https://a/$(x)&b']]],
  ['darwin', ['open', ['https://a/$(x)&b']]],
  ['win32', ['rundll32', ['url.dll,FileProtocolHandler', 'https://a/$(x)&b']]],
  ['aix', undefined],
])('passes the address on %s as one argument, which no shell reads', (platform, expected) => {
  expect(openerFor(platform, 'https://a/$(x)&b')).toEqual(expected);
});

const never = new Promise<never>(() => {});
test.each<[string, readonly [string, readonly string[]], Promise<unknown>, boolean]>([
  ['an opener that succeeds', [process.execPath, ['-e', '']], never, true],
  ['an opener that fails', [process.execPath, ['-e', 'process.exit(3)']], never, false],
  ['a program that does not exist', ['/no/such/opener', []], never, false],
  [
    'an opener that runs as long as the browser',
    [process.execPath, ['-e', 'setTimeout(() => {}, 300)']],
    Promise.resolve(),
    true,
  ],
])('%s', async (_, opener, settled, expected) => {
  expect(await openWith(opener, settled)).toBe(expected);
});
