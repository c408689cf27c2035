import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunks, cutToWidth, widthOf, wrapped } from '../../lib/cli/column-width.ts';
import { shortDuration } from '../../lib/cli/durations.ts';
import type { LiveDeployment } from '../../lib/cli/live-deployment.ts';
import { type LiveState, liveLines } from '../../lib/cli/live-view.ts';
import { makePalette } from '../../lib/cli/palette.ts';
import { showsUnicode, sizeOf } from '../../lib/cli/terminal.ts';
import { statuses } from '../../lib/domain/deployment/status.ts';

const { colours } = makePalette(false);
const start = Date.parse('2026-09-30T06:00:00Z');
const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();
const real = { harness: false, clusters: [] };
const id = '01M7Z82VGHV3GT6X1EMB454VBS';

const names = ['clearing/cache-feed', 'risk/limit-check', 'shared/login-api', 'payments/settlement-reconciliation'];
const waiting = (index: number): LiveDeployment => ({
  ...{ index, key: `${names[index % 4]}-${index}`, docker_image_version: `3.0.${index}` },
  ...{ environment_id: 'production', cluster: 'eu-1' },
  ...{ status: 'PENDING', reason: 'AwaitingTurn', message: 'Waits for clearing/cache-feed-0.' },
});
const working = (one: LiveDeployment): LiveDeployment => {
  return { ...one, status: 'PROCESSING', reason: 'Deploying', message: 'The pipeline runs.', started_at: at(5) };
};
const done = (one: LiveDeployment): LiveDeployment => {
  return { ...working(one), status: 'SUCCESS', reason: 'Verified', message: '3 of 3 pods run.', ended_at: at(65) };
};
const failed = (one: LiveDeployment): LiveDeployment => ({
  ...{ ...working(one), status: 'FAILED', reason: 'RestoredPreviousRelease', ended_at: at(100) },
  ...{ failure: { reason: 'ImagePullBackOff', message: 'It cannot pull.' } },
  message: 'Pod cache-feed-0-7d9 cannot pull its image. Version 2.3.0 was restored.',
});
const root = { key: 'clearing/cache-feed-0', status: 'FAILED', reason: 'RestoredPreviousRelease' } as const;
const skipped = (one: LiveDeployment): LiveDeployment => ({
  ...{ ...one, status: 'SKIPPED', reason: 'DependencyFailed', message: 'It depends on another one.' },
  root: { ...root, failure: 'ImagePullBackOff' },
});

type Make = (one: LiveDeployment) => LiveDeployment;
const batchOf = (count: number, make: (index: number) => Make): readonly LiveDeployment[] =>
  Array.from({ length: count }, (_, index) => make(index)(waiting(index)));
const as: Make = (one) => one;

const phases: Readonly<Record<string, readonly LiveDeployment[]>> = {
  'nothing started': batchOf(44, () => as),
  'the first in progress': batchOf(44, (index) => (index < 8 ? working : as)),
  'half done': batchOf(44, (index) => (index < 20 ? done : index < 28 ? working : as)),
  'one failed': batchOf(44, (index) => (index === 0 ? failed : index < 20 ? done : index < 24 ? working : skipped)),
  'all failed': batchOf(44, () => failed),
  'all done': batchOf(44, () => done),
  'a single one': batchOf(1, () => working),
  '10,000': batchOf(10_000, (index) =>
    index === 0 ? failed : index < 5_000 ? done : index < 5_050 ? working : skipped,
  ),
};

const state = (deployments: readonly LiveDeployment[], patch: Partial<LiveState> = {}): LiveState => ({
  ...{ deployments, simulated: real, about: { batch_id: id, name: 'Autumn release', created_at: at(0) } },
  batch: { to: 'PROCESSING', reason: 'Planned', message: 'Planned.', at: at(2) },
  ...patch,
});
const look = (columns: number, rows: number) => ({ columns, rows, colours, unicode: true, now: start + 125_000 });
const frame = (deployments: readonly LiveDeployment[], columns = 80, rows = 30, patch: Partial<LiveState> = {}) =>
  liveLines(state(deployments, patch), look(columns, rows));

/** Names that a frame shows in full, even across two lines. */
const namesIn = (lines: readonly string[]): string => lines.map((line) => line.slice(12).trimEnd()).join('');

describe('a frame', () => {
  const sizes = [
    [80, 30],
    [120, 50],
    [60, 15],
    [200, 12],
  ] as const;

  test.each(Object.keys(phases).flatMap((phase) => sizes.map((size) => [phase, ...size] as const)))(
    '%s, in %i × %i: fits, and leaves nothing out',
    (phase, columns, rows) => {
      const deployments = phases[phase]!;
      const lines = frame(deployments, columns, rows);
      expect(lines.length).toBeLessThan(rows);
      expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
      const text = lines.join('\n');
      const shown = deployments.filter(({ key }) => text.includes(`${key} `) || text.includes(`${key}\n`)).length;
      const kept = /SKIPPED +(\d+) because of/.exec(text)?.[1] ?? '0';
      const hidden = [...(/not shown: (.*)/.exec(text)?.[1] ?? '').matchAll(/\d+/g)].map(Number);
      const isFailedNamed = Number(kept) > 0 && !/FAILED +clearing\/cache-feed-0 /.test(text) ? 1 : 0;
      expect(shown - isFailedNamed + Number(kept) + hidden.reduce((sum, count) => sum + count, 0)).toBe(
        deployments.length,
      );
    },
  );

  test('44 deployments in 80 × 30: failures, what they block, what is in progress, what is done', () => {
    const lines = frame(phases['one failed']!);
    expect(lines.slice(0, 8)).toEqual([
      'Autumn release · 01M7Z82VGHV3GT6X1EMB454VBS · production · cluster eu-1',
      '[██████████████░░] 90 %  40 of 44 ended  2m05s  about 24s left at this pace',
      'FAILED      clearing/cache-feed-0                  1m35s',
      '            RestoredPreviousRelease (ImagePullBackOff): Pod cache-feed-0-7d9',
      '            cannot pull its image. Version 2.3.0 was restored.',
      'SKIPPED     20 because of clearing/cache-feed-0 (ImagePullBackOff)',
      'PROCESSING  clearing/cache-feed-20                 2m00s  Deploying: The pipeli…',
      'PROCESSING  risk/limit-check-21                    2m00s  Deploying: The pipeli…',
    ]);
    expect(lines.slice(-2)).toEqual([
      'not shown: 2 done',
      'PROCESSING 44 deployments: 19 succeeded, 1 failed, 20 skipped, 4 in work.',
    ]);
  });

  test('drops the least urgent when space is short, and keeps half for work in progress', () => {
    const some = batchOf(100, (index) => (index < 60 ? failed : index < 80 ? working : as));
    const words = frame(some, 200, 25).map((line) => line.split(' ')[0]);
    const count = (word: string): number => words.filter((one) => one === word).length;
    expect([count('FAILED'), count('PROCESSING') - 1, count('PENDING')]).toEqual([10, 10, 0]);
    expect(frame(some, 200, 25).at(-2)).toBe('not shown: 50 failed, 10 in work, 20 waiting');
  });

  test('never cuts a name: it wraps onto the next line, and other columns shrink first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 130 }),
        fc.integer({ min: 4, max: 50 }),
        fc.array(
          fc.record({
            key: fc.stringMatching(/^[a-z-]{1,60}\/[a-z-]{1,60}$/),
            message: fc.string({ unit: 'grapheme', maxLength: 120 }),
            status: fc.constantFrom(...statuses),
            cluster: fc.constantFrom('eu-1', 'us-1'),
          }),
          { minLength: 1, maxLength: 60 },
        ),
        (columns, rows, some) => {
          const deployments = some.map((one, index) => ({ ...working(waiting(index)), ...one }));
          const lines = frame(deployments, columns, rows, { simulated: { harness: false, clusters: ['us-1'] } });
          expect(lines.length).toBeLessThan(Math.max(rows, 2));
          expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
          if (lines.some((line) => line.startsWith('not shown')) || rows < 50) return;
          const told = namesIn(lines);
          const own = deployments.filter(({ status }) => status !== 'SKIPPED' && status !== 'CANCELLED');
          expect(own.filter(({ key }) => !told.includes(key))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    [22, ['FAILED      clearing/', '            cache-feed', '            -0']],
    [40, ['FAILED      clearing/cache-feed-0  1m35s']],
  ])('a name in %i columns', (columns, expected) => {
    const lines = frame(
      batchOf(1, () => failed),
      columns,
      40,
    );
    const from = lines.findIndex((line) => line.startsWith('FAILED  '));
    expect(lines.slice(from, from + expected.length)).toEqual(expected);
  });

  test('shows the infrastructure as a column only when it differs', () => {
    const some = batchOf(2, () => working).map((one, index) => ({ ...one, cluster: index === 0 ? 'eu-1' : 'us-1' }));
    const lines = frame(some, 120, 30, { simulated: { harness: false, clusters: ['us-1'] } });
    expect(lines[0]).toBe(`Autumn release · ${id} · production`);
    expect(lines[2]).toContain('production/eu-1  ');
    expect(lines[3]).toContain('production/us-1 (simulated)');
  });

  test.each([
    [{ harness: true, clusters: [] }, 'production · cluster eu-1 · harness · SIMULATED'],
    [real, 'production · cluster eu-1 · harness'],
  ])('shows common values in the header: %j', (simulated, head) => {
    const some = batchOf(2, () => (one) => ({ ...working(one), runs: [{ executor: 'harness' }] }));
    expect(frame(some, 120, 30, { simulated })[0]).toBe(`Autumn release · ${id} · ${head}`);
  });

  test('names a single skipped deployment, and its reason if it has another one', () => {
    const some = [skipped(waiting(3)), { ...skipped(waiting(5)), root: undefined, reason: 'BatchStopped' }];
    const lines = frame(some as LiveDeployment[]);
    expect(lines.filter((line) => line.startsWith('SKIPPED'))).toEqual([
      'SKIPPED     payments/settlement-reconciliation-3 because of',
      'SKIPPED     risk/limit-check-5 (BatchStopped)',
    ]);
  });

  test.each([
    ['PROCESSING', 'Planned', 'Planned 2 deployments.', ['PROCESSING 2 deployments: 2 succeeded.']],
    ['PROCESSING', 'CancelRequested', 'Ada.', ['PROCESSING CancelRequested: Ada.', '2 deployments: 2 succeeded.']],
    ['SUCCESS', 'AllSucceeded', 'Over.', ['SUCCESS AllSucceeded: Over.']],
  ] as const)('shows the progress of the batch below it: %s %s', (to, reason, message, foot) => {
    const lines = frame(phases['all done']!.slice(0, 2), 80, 30, { batch: { to, reason, message, at: at(70) } });
    expect(lines.slice(4)).toEqual(foot);
  });

  test('freezes the elapsed time of a batch that has ended', () => {
    const batch = { to: 'SUCCESS', reason: 'AllSucceeded', message: 'Over.', at: at(70) } as const;
    expect(frame(phases['all done']!, 80, 30, { batch })[1]).toBe(`[${'█'.repeat(16)}] 100 %  44 of 44 ended  1m10s`);
  });

  test('is ASCII without Unicode, with or without colours', () => {
    const lines = liveLines(state(phases['one failed']!), { ...look(80, 30), unicode: false });
    expect(lines.filter((line) => /[^ -~]/.test(line))).toEqual([]);
    expect(lines[1]).toMatch(/^\[#+\.+\] 90 % /);
    const painted = liveLines(state(phases['one failed']!), { ...look(80, 30), colours: makePalette(true).colours });
    expect(painted.map(stripVTControlCharacters)).toEqual(frame(phases['one failed']!));
  });

  test('shows no pace before three deployments have ended', () => {
    const two = batchOf(9, (index) => (index < 2 ? done : working));
    expect([frame(two)[1]!.includes('left'), frame(phases['half done']!)[1]]).toEqual([
      false,
      expect.stringContaining('about 2m24s left at this pace'),
    ]);
  });
});

test.each([
  [0, '0s'],
  [59_999, '59s'],
  [60_000, '1m00s'],
  [3_599_000, '59m59s'],
  [3_720_000, '1h02m'],
  [90_000_000, '1d01h'],
  [-5, '0s'],
])('%i ms are shown as %s', (milliseconds, text) => {
  expect(shortDuration(milliseconds)).toBe(text);
});

test.each([
  ['日本語', 6],
  ['plain', 5],
])('%s takes %i columns', (text, columns) => {
  expect([widthOf(text), widthOf(cutToWidth(text, 4)) <= 4]).toEqual([columns, true]);
});

test('wraps text between words, and long words after a slash or where it must', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(chunks('pillar/service', 10)).toEqual(['pillar/', 'service']);
  expect(chunks('abcdef', 4)).toEqual(['abcd', 'ef']);
  expect(chunks('', 4)).toEqual(['']);
  expect(chunks('日本', 1)).toEqual(['日', '本']);
  expect(wrapped('x'.repeat(300_000), 20)).toHaveLength(15_000);
});

test.each([
  [{ LANG: 'en_GB.UTF-8' }, 'linux', true],
  [{ LANG: 'en_GB.UTF-8', LC_ALL: 'C' }, 'linux', false],
  [{ LC_CTYPE: 'C.utf8' }, 'linux', true],
  [{}, 'linux', false],
  [{}, 'win32', false],
  [{ WT_SESSION: 'x' }, 'win32', true],
])('detects Unicode from the locale: %j on %s', (env, platform, expected) => {
  expect(showsUnicode(env, platform)).toBe(expected);
});

test.each([
  [
    { isTTY: true, columns: 120, rows: 50 },
    { columns: 120, rows: 50 },
  ],
  [
    { isTTY: true, columns: 0, rows: 0 },
    { columns: 80, rows: 24 },
  ],
  [{ isTTY: true }, { columns: 80, rows: 24 }],
  [{}, { columns: 10_000, rows: 24 }],
])('treats a stream of size %j as %j', (stream, size) => {
  expect(sizeOf(stream)).toEqual(size);
});
