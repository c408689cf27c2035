import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type LogWindow, newLogLines } from '../../lib/cli/new-log-lines.ts';
import { deployment, id, problem } from './answers.ts';
import { type Answer, type RunOptions, run, startFakeApi } from './cli-world.ts';

const path = `/batches/${id}/deployments/risk/limit-check`;

interface Container {
  readonly name?: string;
  readonly restarts?: number;
  readonly lines: readonly string[];
  readonly cut?: true;
  readonly message?: string;
}
const pod = (name: string, ...containers: readonly Container[]) => ({
  ...{ name, phase: 'Running' },
  containers: containers.map((one) => ({ name: 'app', image: 'i', restarts: 0, ...one })),
});
/** The same, with its creation time. */
const since = (created_at: string, one: object) => ({ ...one, created_at });
const view = (pods: readonly object[], patch: object = {}): Answer => ({
  body: {
    batch_id: id,
    key: 'risk/limit-check',
    workload: 'w',
    tail: 1,
    previous: false,
    pods,
    recorded: [],
    ...patch,
  },
});
const standing = (status: 'PROCESSING' | 'SUCCESS'): Answer => ({
  body: deployment({ key: 'risk/limit-check', status, reason: status === 'SUCCESS' ? 'Verified' : 'Deploying' }),
});

/** The deployment ends with the last poll. */
const followed = async (looks: readonly Answer[], argv: readonly string[] = [], options: RunOptions = {}) => {
  const stands = looks.map((_, at) => standing(at === looks.length - 1 ? 'SUCCESS' : 'PROCESSING'));
  const api = await startFakeApi({ [`GET ${path}`]: stands, [`GET ${path}/logs?tail=1000`]: looks });
  onTestFinished(() => api.close());
  const ran = await run(['logs', id, 'risk/limit-check', '-f', '--url', api.url, ...argv], options);
  return { ...ran, received: api.received };
};

describe('flotilla logs --follow', () => {
  test('prints each line once until the deployment ends, polling every two seconds', async () => {
    const pauses: number[] = [];
    const { status, out, error } = await followed(
      [
        view([pod('p', { lines: ['a', 'b'] })]),
        view([pod('p', { lines: ['a', 'b'] })]),
        view([pod('p', { lines: ['a', 'b', 'b', 'c'] })]),
      ],
      [],
      { onPause: (seconds) => void pauses.push(seconds) },
    );
    expect([status, out, error]).toEqual([
      0,
      ['a', 'b', 'b', 'c'],
      ['-- risk/limit-check has ended: SUCCESS / Verified'],
    ]);
    expect(pauses).toEqual([2, 4]);
  });

  test('begins with the last lines, as many as you ask for', async () => {
    const lines = Array.from({ length: 300 }, (_, at) => `line ${at}`);
    const { out } = await followed(
      [view([pod('p', { lines })]), view([pod('p', { lines: [...lines, 'new'] })])],
      [...['--tail', '2']],
    );
    expect(out).toEqual(['line 298', 'line 299', 'new']);
  });

  test('handles a replaced pod, a restarted container and a waiting one', async () => {
    const { out, error } = await followed([
      view([pod('old', { lines: ['a'] })]),
      view([pod('new', { lines: [], message: 'it waits to start' }), pod('old', { lines: ['a', 'b'] })]),
      view([pod('new', { lines: ['x'], restarts: 1 })]),
    ]);
    expect(out).toEqual(['a', 'old/app | b', 'x']);
    expect(error).toEqual([
      '-- new/app is new',
      '-- new/app it waits to start',
      '-- new/app has restarted, 1 times by now; --previous shows how it ended',
      '-- old/app is gone',
      '-- risk/limit-check has ended: SUCCESS / Verified',
    ]);
  });

  test('a pod that reuses the name of an earlier one is a new pod, and loses no lines', async () => {
    const { out, error } = await followed([
      view([since('2026-01-01T00:00:00Z', pod('db-0', { lines: ['a', 'b'] }))]),
      view([since('2026-01-01T00:05:00Z', pod('db-0', { lines: ['c', 'd', 'e'] }))]),
    ]);
    expect(out).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(error.slice(0, 2)).toEqual(['-- db-0/app is new', '-- db-0/app is gone']);
  });

  test('waits for the plan of a batch that was just submitted', async () => {
    const early = problem(409, 'StatusConflict', { detail: 'Batch B1 is not planned, so none of it runs anywhere.' });
    const { status, out, error } = await followed([early, early, view([pod('p', { lines: ['a'] })])]);
    expect([status, out, error]).toEqual([
      0,
      ['a'],
      [
        '-- Batch B1 is not planned, so none of it runs anywhere.',
        '-- p/app is new',
        '-- risk/limit-check has ended: SUCCESS / Verified',
      ],
    ]);
  });

  test.each([
    ['no such container', problem(400, 'RequestInvalid'), 2],
    ['no right to read', problem(403, 'Forbidden'), 6],
    ['no such deployment', problem(404, 'NotFound'), 4],
  ])('%s ends it', async (_, answer, expected) => {
    const { status, out } = await followed([answer, view([])]);
    expect([status, out]).toEqual([expected, []]);
  });

  test.each([429, 503])('goes on after %i', async (code) => {
    const { status, out } = await followed([problem(code, 'TooManyRequests'), view([pod('p', { lines: ['a'] })])]);
    expect([status, out]).toEqual([0, ['a']]);
  });

  test('says when lines may have been lost between two polls', async () => {
    const { out, error } = await followed([
      view([pod('p', { lines: ['a', 'b'], cut: true })]),
      view([pod('p', { lines: ['x', 'y', 'z', 'q'], cut: true })]),
    ]);
    expect(out).toEqual(['a', 'b', 'x', 'y', 'z', 'q']);
    expect(error[0]).toBe('-- p/app lines are missing here: it writes faster than it is read');
  });

  test('reports an unreachable cluster once, and does not report its pods as gone', async () => {
    const away = view([], { reason: 'ClusterUnavailable', message: 'eu-1 does not answer' });
    const { out, error } = await followed([
      view([pod('p', { lines: ['a'] })]),
      away,
      away,
      view([pod('p', { lines: ['a', 'b'] })]),
    ]);
    expect(out).toEqual(['a', 'b']);
    expect(error).toEqual(['-- eu-1 does not answer', '-- risk/limit-check has ended: SUCCESS / Verified']);
  });

  const old = pod('p', { lines: ['a'] });
  const never = 'risk/limit-check was never started (SKIPPED / DependencyFailed): there is nothing to follow';
  const gone = 'risk/limit-check has ended: SUCCESS / Verified, and it has no pods: there is nothing to follow';

  test.each([
    [
      'never started',
      { status: 'SKIPPED', reason: 'DependencyFailed', attempts: 0 },
      view([old]),
      ['a'],
      [`-- ${never}`],
    ],
    [
      'without a workload',
      {},
      view([], { reason: 'WorkloadMissing', message: 'None.' }),
      [],
      ['-- None.', `-- ${gone}`],
    ],
    ['without pods', {}, view([], { reason: 'NoPods', message: 'None.' }), [], ['-- None.', `-- ${gone}`]],
  ] as const)('ends for a deployment that has ended, %s', async (_, patch, look, lines, notes) => {
    const ended = { key: 'risk/limit-check', status: 'SUCCESS', reason: 'Verified', attempts: 1, ...patch } as const;
    const body = deployment(ended);
    const api = await startFakeApi({ [`GET ${path}`]: { body }, [`GET ${path}/logs?tail=1000`]: look });
    onTestFinished(() => api.close());
    const { status, out, error } = await run(['logs', id, 'risk/limit-check', '-f', '--url', api.url]);
    expect([status, out, error]).toEqual([0, lines, notes]);
  });

  test('prints one JSON line each with --json', async () => {
    const { out } = await followed(
      [view([pod('p', { lines: ['a'] })]), view([pod('p', { lines: ['a'] })])],
      ['--json'],
    );
    expect(out.map((line) => JSON.parse(line))).toEqual([
      { pod: 'p', container: 'app', line: 'a' },
      { note: 'risk/limit-check has ended: SUCCESS / Verified' },
    ]);
  });

  test('follows a deployment that has already ended until you stop it', async () => {
    const api = await startFakeApi({
      [`GET ${path}`]: standing('SUCCESS'),
      [`GET ${path}/logs?tail=1000`]: view([pod('p', { lines: ['a'] })]),
    });
    onTestFinished(() => api.close());
    const { status, out } = await run(['logs', id, 'risk/limit-check', '-f', '--url', api.url], {
      onPause: (seconds) => {
        if (seconds > 10) process.emit('SIGINT', 'SIGINT');
      },
    });
    expect([status, out]).toEqual([130, ['a']]);
  });

  test.each([
    [['-f', '--previous'], '--previous shows a run that is over: leave out --follow.'],
    [['--patience', '3'], '--patience is for --follow, and without that it has no effect.'],
  ])('refuses %j', async (argv, told) => {
    const { status, error } = await run(['logs', id, 'a/b', ...argv]);
    expect([status, error]).toEqual([2, [told]]);
  });
});

describe('new lines', () => {
  const seen = (lines: readonly string[], isCut = false): LogWindow => ({ lines, isCut });

  test.each<[what: string, before: LogWindow, now: LogWindow, lines: readonly string[], isGap: boolean]>([
    ['nothing new', seen(['a']), seen(['a']), [], false],
    ['the same line repeated', seen(['a']), seen(['a', 'a']), ['a'], false],
    ['a window that moved', seen(['a', 'b', 'c'], true), seen(['b', 'c', 'd'], true), ['d'], false],
    ['no overlap', seen(['a', 'b'], true), seen(['x', 'y'], true), ['x', 'y'], true],
    [
      'masked differently at its start',
      seen(['k', 'b', 'c', 'd'], true),
      seen(['•••', 'c', 'd', 'e'], true),
      ['e'],
      false,
    ],
    ['shorter: it was truncated', seen(['a', 'b', 'c']), seen(['x']), ['x'], true],
  ])('%s', (_, before, now, lines, isGap) => {
    expect(newLogLines(before, now)).toEqual({ lines, isGap });
  });

  test('loses and repeats no line where lines differ, no matter how many come between two polls', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 }),
        fc.integer({ min: 10, max: 30 }),
        (steps, size) => {
          const all: string[] = [];
          const told: string[] = [];
          let before = seen([]);
          for (const step of steps) {
            for (let more = 0; more < step; more += 1) all.push(`line ${all.length}`);
            const now = seen(all.slice(-size), all.length >= size);
            const { lines, isGap } = newLogLines(before, now);
            expect(isGap).toBe(false);
            told.push(...lines);
            before = now;
          }
          expect(told).toEqual(all);
        },
      ),
    );
  });
});
