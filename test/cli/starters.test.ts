import { describe, expect, test } from 'vitest';
import { type Seen, startersOf } from '../../lib/cli/starters.ts';

const npm: Seen = { parent: 7, command: 'npm start --port 0' };
const path = '/usr/lib/node_modules/npm/bin/npm-cli.js';
const started = { npm_lifecycle_script: 'node bin/flotilla.js serve', npm_execpath: path };
const ran = { npm_lifecycle_script: 'flotilla', npm_execpath: path };
const shell = (parent: number, command = 'sh -c node bin/flotilla.js serve --port 0'): Seen => ({ parent, command });
const launcher = { parent: 30, command: 'node bin/flotilla.js serve --port 0' };
const terminal: Seen = { parent: 1, command: '-bash' };

type Row = readonly [
  what: string,
  parent: number,
  env: Record<string, string>,
  seen: Record<number, Seen>,
  starters: number[],
];

const byNpm: readonly Row[] = [
  ['npm start, through a shell that stays', 30, started, { 30: shell(20), 20: npm }, [30, 20]],
  ['npm start, through a shell that replaces itself', 20, started, { 20: npm }, [20]],
  [
    'npx',
    30,
    ran,
    { 30: shell(20, 'sh -c flotilla serve'), 20: { parent: 7, command: 'npm exec flotilla serve' } },
    [30, 20],
  ],
  ['another shell', 30, started, { 30: shell(20, '/usr/bin/bash -c node bin/flotilla.js serve'), 20: npm }, [30, 20]],
  [
    'one like npm',
    20,
    { ...started, npm_execpath: '/opt/pnpm.cjs' },
    { 20: { parent: 7, command: 'node /opt/pnpm.cjs start' } },
    [20],
  ],
  ['npm of another user, hidden by the system', 30, started, { 30: shell(20) }, [30]],
  [
    'npm as the first process of a container',
    30,
    started,
    { 30: shell(1), 1: { parent: 0, command: 'npm start' } },
    [30, 1],
  ],
  [
    'npm, on an older Node',
    40,
    { ...started, FLOTILLA_LAUNCHER: '40' },
    { 40: launcher, 30: shell(20), 20: npm },
    [40, 30, 20],
  ],
];

const byOthers: readonly Row[] = [
  ['a shell', 7, {}, { 7: terminal }, []],
  ['a shell, on an older Node', 40, { FLOTILLA_LAUNCHER: '40' }, { 40: { ...launcher, parent: 7 }, 7: terminal }, [40]],
  ['a launcher that is gone', 1, { FLOTILLA_LAUNCHER: '40' }, { 1: { parent: 0, command: 'init' } }, [40]],
  [
    'a launcher that is gone, below npm',
    1,
    { ...started, FLOTILLA_LAUNCHER: '40' },
    { 1: { parent: 0, command: 'init' } },
    [40],
  ],
  ['a shell that npm started long ago', 30, { ...ran, npm_lifecycle_script: 'tmux' }, { 30: terminal }, []],
  [
    'a program that npm started',
    30,
    { ...ran, npm_lifecycle_script: 'vitest run' },
    { 30: { parent: 20, command: 'node (vitest 1)' }, 20: npm },
    [],
  ],
  ['a shell script', 30, started, { 30: { parent: 20, command: 'sh ./start.sh' } }, []],
  ['processes that cannot be inspected', 30, started, {}, []],
];

describe.each([
  ['ends with its starter', byNpm],
  ['continues without its starter', byOthers],
] as const)('%s', (_, rows) => {
  test.each(rows)('%s', (_what, parent, env, seen, starters) => {
    const isLauncher = (pid: number): boolean => String(pid) === env.FLOTILLA_LAUNCHER;
    expect(startersOf({ parent, env }, (pid) => seen[pid])).toEqual({
      launcher: starters.filter(isLauncher),
      npm: starters.filter((pid) => !isLauncher(pid)),
    });
  });
});

test.each([
  ['flotilla serve > log 2>&1', true],
  ['flotilla serve &> log', true],
  ['npm ci && flotilla serve', true],
  ['nohup flotilla serve > log 2>&1 &', false],
  ['nohup flotilla serve', false],
  ['setsid flotilla serve', false],
  ['flotilla serve & vite', false],
])('npm ends a script unless it runs in the background: %s', (script, isWatched) => {
  const seen: Readonly<Record<number, Seen>> = { 30: shell(20, `sh -c ${script}`), 20: npm };
  const self = { parent: 30, env: { npm_lifecycle_script: script } };
  expect(startersOf(self, (pid) => seen[pid])).toEqual({ launcher: [], npm: isWatched ? [30, 20] : [] });
});
