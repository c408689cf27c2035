import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { someOf } from '../thorough.ts';

/**
 * A server ends together with the process that started it, or goes on where it should: with real processes, as people
 * start them.
 */
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'flotilla-ending-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing is simulated, and an idle server asks nobody: one process starts quickly. */
const configuration = join(folder, 'real.yaml');
writeFileSync(
  configuration,
  `clusters: { a: { kubeconfig: ./kube } }
harness: { account: a, org: o, project: p, api_key: k }
`,
);
writeFileSync(
  join(folder, 'kube'),
  JSON.stringify({
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:9' } }],
    users: [{ name: 'c', user: { token: 't' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
  }),
);

/** A launcher that believes this Node cannot run the program. */
const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})`;

let count = 0;
const options = (isSimulated = false): string[] => {
  count += 1;
  const data = ['--port', '0', '--data', join(folder, `data-${count}`)];
  return isSimulated ? data : [...data, '--config', configuration];
};

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  /** Its output until its server was up. */
  readonly lines: readonly string[];
  /** When everything that writes to our end of its output has ended: the server and its simulators, too. */
  readonly over: Promise<unknown>;
}

/** Sends a signal to a process or, with a negative number, to a group; it may be gone already. */
const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Starts a command in a group of its own, and waits until its server listens. */
const start = async (
  [command, ...argv]: readonly [string, ...string[]],
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  env: Readonly<Record<string, string>> = {},
): Promise<Started> => {
  const child = spawn(command, argv, {
    cwd: root,
    env: { ...process.env, npm_config_update_notifier: 'false', XDG_STATE_HOME: join(folder, 'state'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const over = once(child, 'close');
  // A server that wrongly goes on is not left behind.
  onTestFinished(() => send(-child.pid!, 'SIGKILL'));
  child.stderr.resume();
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (/Flotilla listens on .*\n/.test(text)) break;
  }
  child.stdout.resume();
  const url = /Flotilla listens on (http:\S+),/.exec(text)?.[1] ?? 'none';
  return { process: child, url, lines: text.split('\n'), over };
};

const childrenOf = (pid: number): readonly number[] =>
  (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? []).map(Number);

/** Throws when there is none: the result gets signals, and 0 would be the group of this test. */
const childOf = (pid: number): number => {
  const [child] = childrenOf(pid);
  if (child === undefined) throw new Error(`process ${pid} has no child`);
  return child;
};

/** The server below npm, for any shell, and with or without a launcher. */
const lowestBelow = (pid: number): number => {
  const [child] = childrenOf(pid);
  return child === undefined ? pid : lowestBelow(child);
};

/**
 * Whether a shell stays as the parent of the last command of its script (dash does), or gives its place to it (bash
 * does).
 */
const placeKept = (shell: string): 'stays' | 'gives its place' | undefined => {
  const { pid, stdout, error } = spawnSync(shell, ['-c', 'cat /proc/self/stat'], { encoding: 'utf8' });
  if (error !== undefined) return undefined;
  return stdout.startsWith(`${pid} `) ? 'gives its place' : 'stays';
};

/** A shell of this machine that does so. A test without its shell is skipped, with the reason. */
const shellThat = (does: 'stays' | 'gives its place', { skip }: Pick<TestContext, 'skip'>): string => {
  const shell = ['sh', 'dash', 'bash'].find((one) => placeKept(one) === does);
  if (shell !== undefined) return shell;
  const reason = `none of sh, dash and bash on this machine ${does} when it runs its last command`;
  console.warn(`left out: ${reason}`);
  return skip(reason);
};

/** Two checks of its parent, and some more. On a slow machine this is too short only to see a failure. */
const looks = 1_500;

const canBeLookedAt = existsSync(`/proc/${process.pid}/task/${process.pid}/children`);

describe.skipIf(!canBeLookedAt)('killing the started process ends it', { concurrent: true }, () => {
  const launcher = (isSimulated: boolean) =>
    [process.execPath, '--import', older, 'bin/flotilla.js', 'serve', ...options(isSimulated)] as const;
  const npm = () => ['npm', 'start', '--', ...options()] as const;
  const npx = () => ['npx', '--no-install', 'flotilla', 'serve', ...options()] as const;
  const itself = (pid: number): number => pid;

  type Row = [string, NodeJS.Signals, () => readonly [string, ...string[]], (pid: number) => number];
  const rows: readonly [...Row, ('stays' | 'gives its place')?][] = [
    ['the launcher', 'SIGKILL', () => launcher(true), itself],
    ['the launcher', 'SIGTERM', () => launcher(false), itself],
    ['npm start, whose shell stays', 'SIGKILL', npm, itself, 'stays'],
    ['npm start, whose shell stays', 'SIGTERM', npm, itself, 'stays'],
    ['npm start, whose shell gives its place', 'SIGKILL', npm, itself, 'gives its place'],
    // A shell that has given its place is the server.
    ['the shell of npm start', 'SIGKILL', npm, childOf, 'stays'],
    ['the shell of npm start', 'SIGTERM', npm, childOf, 'stays'],
    ['npx', 'SIGKILL', npx, itself],
  ];
  test.for(someOf(rows, 4))('%s, by %s', async ([, signal, command, victim, does], context) => {
    const shell = does === undefined ? 'sh' : shellThat(does, context);
    const { process: child, over } = await start(command(), context, { npm_config_script_shell: shell });
    process.kill(victim(child.pid!), signal);
    await over;
  });

  test('the launcher, after both have survived a hang-up', async (context) => {
    const { process: child, url, over } = await start(launcher(false), context);
    process.kill(-child.pid!, 'SIGHUP');
    await sleep(looks);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    process.kill(child.pid!, 'SIGKILL');
    await over;
  });
});

describe.skipIf(!canBeLookedAt)('a server in the background goes on', { concurrent: true }, () => {
  const serve = (): string => `${process.execPath} bin/flotilla.js serve ${options().join(' ')}`;
  const npm = (): string => `npm start -- ${options().join(' ')}`;

  const rows: readonly [string, () => string, (pid: number) => number][] = [
    ['nohup', () => `nohup ${serve()}`, (pid) => pid],
    ['setsid', () => `setsid ${serve()}`, (pid) => pid],
    ['nohup npm start', () => `nohup ${npm()}`, lowestBelow],
  ];
  test.for(someOf(rows, 2))(
    '%s: when its shell ends, and when the terminal hangs up',
    async ([, command, serverOf], context) => {
      const { process: shell, lines, url, over } = await start(['sh', '-c', `${command()} & echo $!`], context);
      if (shell.exitCode === null) await once(shell, 'exit');
      const server = serverOf(Number(lines.find((line) => /^\d+$/.test(line))));
      context.onTestFinished(() => send(server, 'SIGKILL'));
      await sleep(looks);
      // The group of the shell: a terminal takes it along.
      send(-shell.pid!, 'SIGHUP');
      await sleep(looks);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      process.kill(server, 'SIGTERM');
      await over;
    },
  );
});
