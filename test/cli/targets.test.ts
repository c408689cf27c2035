import { describe, expect, onTestFinished, test } from 'vitest';
import { type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const against = async (script: Script, argv: readonly string[], options: RunOptions = {}) => {
  const api = await startFakeApi(script);
  onTestFinished(() => api.close());
  return { api, ...(await run([...argv, '--url', api.url], options)) };
};

const since = '2026-11-30T03:00:00.000Z';
const there = { environment: 'uat', cluster: 'eu-1', since, batch_id: '01TEST', index: 0 };
const page = '/targets?environment=uat&limit=1000';

describe('flotilla targets', () => {
  const before = { state: 'verified', version: '1.0.0', since, batch_id: '01OLD', index: 2 };
  const targets = [
    { key: 'risk/cva', ...there, state: 'verified', version: '1.4.0', by: 'u-1', by_name: 'Ada', held: ['H1'] },
    { key: 'risk/limit', ...there, state: 'changing', version: '2.0.0', before },
    { key: 'risk/new', ...there, state: 'changing', version: '0.1.0' },
    { key: 'risk/odd', ...there, state: 'unknown' },
  ];

  test('shows what runs where, and the previous version of what is changing', async () => {
    const { status, out } = await against({ [`GET ${page}`]: { body: { targets } } }, [
      'targets',
      '--environment',
      'uat',
      '--utc',
    ]);
    expect(status).toBe(0);
    expect(out.map((line) => line.replace(/ {2,}/g, ' | ').trim())).toEqual([
      'SERVICE | ON | VERSION | STATE | SINCE | BY | BATCH',
      'risk/cva | eu-1 | 1.4.0 | verified, held | 2026-11-30 03:00Z | Ada | 01TEST',
      'risk/limit | eu-1 | 1.0.0 -> 2.0.0 | changing | 2026-11-30 03:00Z | - | 01TEST',
      'risk/new | eu-1 | nothing -> 0.1.0 | changing | 2026-11-30 03:00Z | - | 01TEST',
      'risk/odd | eu-1 | ? | unknown | 2026-11-30 03:00Z | - | 01TEST',
    ]);
  });

  test('reads all pages, and prints them as one', async () => {
    const pages = {
      [`GET ${page}`]: { body: { targets: targets.slice(0, 2), next_after: 'eu-1/risk/limit' } },
      [`GET ${page}&after=eu-1%2Frisk%2Flimit`]: { body: { targets: targets.slice(2) } },
    };
    const { out } = await against(pages, ['targets', '--environment', 'uat', '--json']);
    expect(JSON.parse(out.join('\n'))).toEqual({ targets });
  });

  test('filters by every option, and shows the environment if there are several', async () => {
    const asked = 'cluster=eu-1&pillar=risk&service=cva&state=verified&actor=Ada+L.&text=%26';
    const several = [{ ...targets[0], environment: 'sit' }, targets[0]];
    const { status, out } = await against({ [`GET /targets?${asked}&limit=1000`]: { body: { targets: several } } }, [
      ...['targets', '--cluster', 'eu-1', '--pillar', 'risk', '--service', 'cva', '--state', 'verified'],
      ...['--actor', 'Ada L.', '--text', '&', '--utc'],
    ]);
    expect(status).toBe(0);
    expect(out.map((line) => line.replace(/ {2,}/g, ' | ').trim())).toEqual([
      'SERVICE | ENVIRONMENT | ON | VERSION | STATE | SINCE | BY | BATCH',
      'risk/cva | sit | eu-1 | 1.4.0 | verified, held | 2026-11-30 03:00Z | Ada | 01TEST',
      'risk/cva | uat | eu-1 | 1.4.0 | verified, held | 2026-11-30 03:00Z | Ada | 01TEST',
    ]);
  });

  test('says what to do when there is nothing', async () => {
    const { status, out } = await against({ [`GET ${page}`]: { body: { targets: [] } } }, [
      'targets',
      '--environment',
      'uat',
    ]);
    expect(status).toBe(0);
    expect(out).toEqual([
      'Nothing was deployed there yet, or nothing that you may see.',
      'Deployments by an earlier server version appear once an administrator has run: flotilla migrate',
    ]);
  });
});
