import { afterEach, describe, expect, test } from 'vitest';
import { deployment, deployments, ended, event, failed, health, realHealth } from './answers.ts';
import { type Answer, type FakeApi, type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

const events = (after: number): string => `GET /batches/B1/events?after=${after}&wait=10&limit=1000`;
const key = 'shared/login-api';

const script = (patch: Script = {}): Script => ({
  'GET /batches/B1': { body: ended('FAILED') },
  'GET /health': { body: health },
  'GET /batches/B1/deployments?limit=1000': { body: deployments(deployment(), failed) },
  [events(0)]: {
    body: {
      events: [event(1, {}), event(2, { key, reason: 'TurnGranted', message: 'Its turn has come.' })],
      next_after: 2,
      ended: false,
    },
  },
  [events(2)]: {
    body: {
      events: [
        event(3, { key, to: 'SUCCESS', reason: 'Verified', message: 'Runs.' }),
        event(4, { to: 'FAILED', reason: 'DeploymentsFailed', message: 'Over.' }),
      ],
      next_after: 4,
      ended: true,
    },
  },
  ...patch,
});

const followed = async (patch: Script = {}, argv: readonly string[] = [], options: RunOptions = {}) => {
  const api = await startFakeApi(script(patch));
  apis.push(api);
  return {
    ...(await run(['status', 'B1', '--follow', '--url', api.url, ...argv], options)),
    url: api.url,
    received: api.received,
  };
};

describe('following a batch', () => {
  test('prints one line per event, marked as simulated, and then why deployments failed', async () => {
    const { status, out } = await followed();
    expect(status).toBe(1);
    expect(out.slice(0, 4)).toEqual([
      '06:00:01.000Z simulated batch                        PROCESSING Planned: Planned 2 deployments.',
      '06:00:02.000Z simulated shared/login-api             PROCESSING TurnGranted: Its turn has come.',
      '06:00:03.000Z simulated shared/login-api             SUCCESS    Verified: Runs.',
      '06:00:04.000Z simulated batch                        FAILED     DeploymentsFailed: Over.',
    ]);
    expect(out).toContain('FAILED risk/limit-check (simulated): RestoredPreviousRelease');
    expect(out.at(-2)).toBe('FAILED / DeploymentsFailed: Over.');
  });

  test.each([
    [
      [],
      '08:00:01.000+02:00 simulated batch',
      'Submitted 2026-09-30 08:00:00+02:00 by ada, ended 2026-09-30 08:01:00+02:00',
    ],
    [['--utc'], '06:00:01.000Z simulated batch', 'Submitted 2026-09-30 06:00:00Z by ada, ended 2026-09-30 06:01:00Z'],
  ])('shows times in your time zone, %j', async (argv, first, last) => {
    const { out } = await followed({}, argv, { timeZone: 'Europe/Berlin' });
    expect([out[0]!.startsWith(first), out.at(-1)]).toEqual([true, last]);
  });

  test('does not print “simulated” when everything is real', async () => {
    const { out } = await followed({ 'GET /health': { body: realHealth } });
    expect(out.join('\n')).not.toMatch(/simulated/i);
  });

  test('a batch that succeeds: 0', async () => {
    expect((await followed({ 'GET /batches/B1': { body: ended('SUCCESS') } })).status).toBe(0);
  });

  test('prints each event and the batch on a line of its own with --json', async () => {
    const { out } = await followed({}, ['--json']);
    const lines = out.map((line) => JSON.parse(line));
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatchObject({ number: 1, simulated: true });
    expect(lines[4]).toMatchObject({ batch_id: 'B1', status: 'FAILED', deployments: [{}, {}] });
  });

  test('redraws the view on a terminal only when something has changed', async () => {
    const quiet = { body: { events: [], next_after: 2, ended: false } };
    const last = script()[events(2)] as { body: unknown };
    const verified = deployment({ status: 'SUCCESS', reason: 'Verified', message: 'Runs.' });
    const { redrawn, out } = await followed(
      {
        'GET /batches/B1/deployments?limit=1000': [
          { body: deployments(deployment(), failed) },
          { body: deployments(deployment(), failed) },
          { body: deployments(verified, failed) },
        ],
        [events(2)]: [quiet, quiet, last],
      },
      [],
      { live: true },
    );
    expect(redrawn).toHaveLength(4);
    expect(redrawn[0]).toContain('Autumn release · B1 · staging · cluster eu-1 · harness · SIMULATED');
    expect(redrawn[1]).toMatch(/PROCESSING +shared\/login-api/);
    expect(redrawn[3]).toMatch(/SUCCESS +shared\/login-api +3\.0\.2 +Verified: Runs\./);
    expect(out.join('\n')).not.toContain('Its turn has come');
  });

  test('reads again after events what the visible deployments wait for', async () => {
    const list = 'GET /batches/B1/deployments?limit=';
    const waits = (index: number, message: string) =>
      deployment({ index, key: `risk/service-${index}`, message, waiting_for: [] });
    const all = [deployment(), waits(1, 'Waits for a.'), failed, waits(3, 'Waits for a.')];
    const { redrawn } = await followed(
      {
        [`${list}1000`]: { body: deployments(...all) },
        'GET /batches/B1/deployments?status=PENDING&from=1&limit=3': {
          body: deployments(waits(1, 'Waits for b.'), waits(3, 'Waits for c.')),
        },
      },
      [],
      { live: true },
    );
    expect(redrawn.at(-2)).toMatch(/risk\/service-1 .* Waits for b\.\n.*risk\/service-3 .* Waits for c\./);
  });

  test('reads the failure behind skipped deployments while they are new, and not at every event', async () => {
    const skipped = deployment({ status: 'SKIPPED', reason: 'DependencyFailed', message: 'It depends on another.' });
    const root = {
      key: 'risk/limit-check',
      status: 'FAILED',
      reason: 'Restored',
      failure: 'ImagePullBackOff',
    } as const;
    const busy = { body: { events: [], next_after: 2, ended: false } };
    const { redrawn, received } = await followed(
      {
        'GET /batches/B1/deployments?limit=1000': { body: deployments(skipped, failed) },
        'GET /batches/B1/deployments?status=SKIPPED&limit=1000': { body: deployments({ ...skipped, root }) },
        [events(0)]: busy,
        [events(2)]: [busy, busy, script()[events(2)] as Answer],
      },
      [],
      { live: true },
    );
    expect(redrawn[1]).toContain('SKIPPED     shared/login-api because of risk/limit-check (ImagePullBackOff)');
    expect(received.filter(({ request }) => request.includes('status=SKIPPED'))).toHaveLength(1);
  });

  test('does not read at every event what they wait for', async () => {
    const busy = { body: { events: [], next_after: 2, ended: false } };
    const last = script()[events(2)] as { body: unknown };
    const waits = deployment({ index: 1, key: 'risk/service-1', waiting_for: [] });
    const list = '/batches/B1/deployments?limit=';
    const { received } = await followed(
      {
        [`GET ${list}1000`]: { body: deployments(deployment(), waits) },
        'GET /batches/B1/deployments?status=PENDING&from=1&limit=1': { body: deployments(waits) },
        [events(2)]: [busy, busy, busy, last],
      },
      [],
      { live: true },
    );
    expect(
      received.filter(({ request }) => request === 'GET /batches/B1/deployments?status=PENDING&from=1&limit=1'),
    ).toHaveLength(1);
  });

  test('waits for a server that is briefly down or cuts an answer, and reports loss and return once', async () => {
    const again = script()[events(2)] as { body: unknown };
    const { status, out, error, url } = await followed({
      [events(2)]: [{ status: 503, body: {} }, { ...again, cut: true }, again],
    });
    expect(status).toBe(1);
    expect(error).toEqual(['The answer was 503.', 'Asking again for up to 5 minutes…', `${url} answers again.`]);
    expect(out.filter((line) => line.includes('Verified: Runs.'))).toHaveLength(1);
  });

  test('reconnects to a server that restarts minutes later, every time', async () => {
    const again = script()[events(2)] as Answer;
    const first = await startFakeApi(script({ [events(2)]: { hangs: true, body: {} } }));
    const port = Number(new URL(first.url).port);
    const pauses: number[] = [];
    const ran = run(['status', 'B1', '--follow', '--url', first.url], {
      onPause: async (seconds) => {
        pauses.push(seconds);
        if (seconds > 240 && apis.length === 0) apis.push(await startFakeApi(script({ [events(2)]: again }), port));
      },
    });
    await first.asked(events(2));
    await first.close();
    const { status, out, error } = await ran;
    expect(status).toBe(1);
    expect(out.filter((line) => line.includes('Verified: Runs.'))).toHaveLength(1);
    expect(error.slice(-2)).toEqual(['Asking again for up to 5 minutes…', `${first.url} answers again.`]);
    // Not for every event: many may follow a batch.
    expect(pauses.slice(0, 5)).toEqual([1, 3, 7, 12, 17]);
  });

  test.each([
    [[], 300, '5 minutes'],
    [['--patience', '90'], 90, '90 seconds'],
    [['--patience', '60'], 60, '1 minute'],
  ])('a server that stays down: 5, and the batch continues %j', async (argv, most, spelled) => {
    let waited = 0;
    const later = { [events(2)]: { status: 503, body: { detail: 'Later.' } } };
    const { status, error, url } = await followed(later, argv, {
      onPause: (seconds) => {
        waited = seconds;
      },
    });
    expect([status, waited]).toEqual([5, most]);
    const again = `flotilla status B1 --follow --url ${url}`;
    expect(error).toEqual(['Later.', `Asking again for up to ${spelled}…`, 'Later.', `The batch goes on: ${again}`]);
  });

  test('reports it at once without patience', async () => {
    const { status, error } = await followed({ [events(2)]: { status: 503, body: { detail: 'Later.' } } }, [
      ...['--patience', '0'],
    ]);
    expect([status, error[0], error.length]).toEqual([5, 'Later.', 2]);
  });

  test('the time is up before the batch has ended: 3', async () => {
    const { status, error } = await followed({ [events(2)]: { hangs: true, body: {} } }, ['--timeout', '1']);
    expect(status).toBe(3);
    expect(error.at(-1)).toContain('has not ended after 1 s');
  });
});
