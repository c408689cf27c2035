import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const held: string[] = [];
afterEach(() => {
  for (const folder of held.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const hasGit = spawnSync('git', ['--version']).status === 0;

/** A bench that prints how many milliseconds it takes, or calls the test and goes on for ever. */
const benchOf = (milliseconds: number | 'for ever'): string =>
  milliseconds === 'for ever'
    ? "import { connect } from 'node:net'; connect(process.env.TEST_PORT, '127.0.0.1').resume();"
    : `console.log('│ plan │ ${milliseconds} │ ms │');`;

/** A project with a bench of its own in its first commit, and another one in its folder. */
const makeProject = ({ old, now }: { old: number | 'for ever'; now: number }) => {
  const home = mkdtempSync(join(tmpdir(), 'flotilla-against-'));
  held.push(home);
  const [root, temporary] = [join(home, 'project'), join(home, 'temporary')];
  for (const folder of [root, temporary]) mkdirSync(folder);
  const git = (...args: readonly string[]): string => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout;
  const told = { name: 'p', version: '1.0.0' };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...told, scripts: { bench: 'node bench.mjs' } }));
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ ...told, lockfileVersion: 3, packages: { '': told } }),
  );
  writeFileSync(join(root, 'bench.mjs'), benchOf(old));
  git('init', '--quiet');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--no-verify', '-m', 'first');
  writeFileSync(join(root, 'bench.mjs'), benchOf(now));
  return { root, temporary, worktrees: () => git('worktree', 'list').trim().split('\n') };
};

type Project = ReturnType<typeof makeProject>;

/** `npm run bench -- against …` with that project in place of this one. */
const start = ({ root, temporary, port = 0 }: Project & { port?: number }, ...args: readonly string[]) => {
  const file = JSON.stringify(join(import.meta.dirname, 'against.ts'));
  const program = `import { runAgainst } from ${file}; process.exit(await runAgainst(process.argv[1], process.argv.slice(2)));`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program, root, ...args], {
    env: { ...process.env, TMPDIR: temporary, TEST_PORT: String(port) },
  });
  const told = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      told[stream] += text;
    });
  return { child, ended: once(child, 'close').then(([status]) => ({ status, ...told })) };
};

/** A folder of the bench's, not what npm keeps. */
const leftIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.startsWith('flotilla-bench-'));

describe.skipIf(!hasGit)('bench against a commit', () => {
  it('checks it out beside this tree, installs, measures both and leaves nothing behind', async () => {
    const project = makeProject({ old: 10, now: 3 });
    const { status, stdout, stderr } = await start(project, 'HEAD', 'plan', '--rounds', '2').ended;
    expect([status, stdout]).toEqual([0, 'plan: 10 → 3 ms, ratio 0.30\n']);
    expect(stderr.match(/^plan, round .*/gm)).toEqual([
      'plan, round 1 of 2: HEAD',
      'plan, round 1 of 2: this tree',
      'plan, round 2 of 2: HEAD',
      'plan, round 2 of 2: this tree',
    ]);
    expect(project.worktrees()).toHaveLength(1);
    expect(leftIn(project.temporary)).toEqual([]);
  });

  it('removes everything on Ctrl-C, and ends what was running', async () => {
    const project = makeProject({ old: 'for ever', now: 3 });
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { child, ended } = start({ ...project, port }, 'HEAD', 'plan');
    const [caller] = (await once(server, 'connection')) as [Socket];
    const isOver = once(caller.on('error', () => {}).resume(), 'close');
    expect(project.worktrees()).toHaveLength(2);
    child.kill('SIGINT');
    expect((await ended).status).toBe(130);
    await isOver;
    server.close();
    expect(project.worktrees()).toHaveLength(1);
    expect(leftIn(project.temporary)).toEqual([]);
  });

  it.each([
    [['nosuch', 'plan'], 'There is no commit nosuch here.'],
    [['HEAD', 'nosuch'], 'There is no benchmark nosuch. There are: start-up, '],
    [['HEAD', 'plan', '--rounds', '0'], '--rounds takes a whole number from 1 on'],
    [['HEAD', '--round', '2'], "Unknown option '--round'"],
    [[], 'npm run bench -- against COMMIT [NAME…] [--only PART…] [--rounds N]'],
    [['HEAD', 'plan', '--only', 'steady-10'], 'There is no part steady-10.'],
  ])('refuses %j', async (args, message) => {
    const project = makeProject({ old: 10, now: 3 });
    const { status, stdout, stderr } = await start(project, ...args).ended;
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(project.worktrees()).toHaveLength(1);
  });
});
