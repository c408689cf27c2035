import { expect, onTestFinished, test } from 'vitest';
import { ended } from './answers.ts';
import { type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const against = async (script: Script, argv: readonly string[], options: RunOptions = {}) => {
  const api = await startFakeApi(script);
  onTestFinished(() => api.close());
  return { api, ...(await run([...argv, '--url', api.url], options)) };
};

const now = Date.UTC(2026, 10, 30, 14, 30);
const page = (...batches: readonly object[]) => ({ body: { batches, limit: 20 } });

test.each<[options: readonly string[], query: string]>([
  [['--status', 'failed'], 'status=FAILED'],
  [['--service', 'risk/cva', '--environment', 'uat'], 'environment=uat&service=risk%2Fcva'],
  [['--actor', 'Ada Lovelace', '--origin', 'file'], 'actor=Ada+Lovelace&origin=file'],
  [['--pillar', 'risk', '--tag', 'x', '--text', 'a b'], 'pillar=risk&tag=x&text=a+b'],
  [['--since', '7d', '--until', '24h'], 'since=2026-11-23T14%3A30%3A00.000Z&until=2026-11-29T14%3A30%3A00.000Z'],
  [['--since', '30m'], 'since=2026-11-30T14%3A00%3A00.000Z'],
  [['--since', '2026-11-30'], 'since=2026-11-29T23%3A00%3A00.000Z'],
  [['--since', '2026-11-30', '--utc'], 'since=2026-11-30T00%3A00%3A00.000Z'],
  [['--since', '2026-11-30 12:00'], 'since=2026-11-30T11%3A00%3A00.000Z'],
  [['--until', '2026-11-30T12:00:00+01:00'], 'until=2026-11-30T12%3A00%3A00%2B01%3A00'],
])('lists batches by %s', async (options, query) => {
  const script = { [`GET /batches?${query}&limit=20`]: page(ended('FAILED')) };
  const { status, out, error } = await against(script, ['list', ...options], { now, timeZone: 'Europe/Berlin' });
  expect([status, error, out.length]).toEqual([0, [], 2]);
});

test('says what you asked for when nothing matches, and prints an empty list as JSON', async () => {
  const script = { 'GET /batches?status=FAILED&text=a+b&limit=20': page() };
  const argv = ['list', '--status', 'FAILED', '--text', 'a b'];
  const { api, status, out } = await against(script, argv);
  expect([status, out]).toEqual([
    0,
    [`No batch that you may see fits --status FAILED --text 'a b'. All batches: flotilla list --url ${api.url}`],
  ]);
  expect((await against(script, [...argv, '--json'])).out).toEqual(['{"batches":[]}']);
});

test('suggests the same options for more of the list', async () => {
  const script = { 'GET /batches?tag=x&limit=1': { body: { batches: [ended('FAILED')], limit: 1, next_after: 'c' } } };
  const { api, out } = await against(script, ['list', '--tag', 'x', '--limit', '1']);
  expect(out.at(-1)).toBe(`There are more: flotilla list --tag x --limit 5 --url ${api.url}`);
});

test.each(['7 days', 'yesterday', '2026-13-01', '18:00', '0d'])('--since %s is not a time', async (text) => {
  const { status, error } = await run(['list', '--since', text]);
  const forms = '7d, 24h or 30m ago, 2026-11-30, "2026-11-30 18:00", or with a zone';
  expect([status, error]).toEqual([2, [`--since ${text} is no time: write ${forms}.`]]);
});
