import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../functions/api/routes.ts';
import { exitStatus } from '../../lib/cli/failure.ts';
import { parseBatch } from '../../lib/domain/batch/parse-batch.ts';
import { callbackPath } from '../../lib/domain/callback-route.ts';
import { parseConfiguration } from '../../lib/domain/catalogue/parse-configuration.ts';
import { statuses } from '../../lib/domain/deployment/status.ts';
import { run } from '../cli/cli-world.ts';
import { tableRows } from './table-rows.ts';

/** What the README says is done, and what it names exists. The demo alone is left to `.ci/run`. */
const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const manifest = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
};

const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found]) => found!);
const unique = (words: readonly string[]): string[] => [...new Set(words)].sort();
const fences = (language: string): string[] =>
  matches(readme, new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'));

/** The rows, below the head, of the table whose head begins with these words. */
const table = (head: string): string[][] => tableRows(readme, head, (line) => line === head);
const inBackticks = (cell: string): string[] => matches(cell, /`([^`]+)`/g);

/** As the addresses of links name them. */
const headingsOf = (path: string): readonly string[] =>
  matches(readFileSync(path, 'utf8'), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\d -]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('what it names exists', () => {
  test('the scripts of package.json, all of them', () => {
    const named = [...matches(readme, /npm run ([\w:]+)/g), ...matches(readme, /npm (test|start)\b/g)];
    const scripts = Object.keys(manifest.scripts).filter((name) => !name.startsWith('pre'));
    expect(unique(named)).toEqual(unique(scripts));
  });

  test('the programs for npx', () => {
    for (const name of unique(matches(readme, /npx ([\w-]+)/g))) {
      expect(manifest.bin[name] ?? `node_modules/.bin/${name}`).toSatisfy((path: string) =>
        existsSync(join(root, path)),
      );
    }
  });

  test('the files that links lead to', () => {
    const links = unique(matches(readme, /\]\(([^)]+)\)/g));
    expect(links.length).toBeGreaterThan(20);
    const isThere = (link: string): boolean => {
      const [file = '', heading] = link.split('#');
      const path = join(root, file === '' ? 'README.md' : file);
      return existsSync(path) && (heading === undefined || headingsOf(path).includes(heading));
    };
    expect(links.filter((link) => !isThere(link))).toEqual([]);
  });

  test('every folder has its line in the map', () => {
    const ignored = [...read('.gitignore').split('\n'), '.git/'];
    const foldersIn = (path: string): string[] =>
      readdirSync(join(root, path), { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
    const top = foldersIn('.').filter((name) => name !== 'lib' && !ignored.includes(`${name}/`));
    const mapped = readme
      .split('## Map\n')[1]!
      .match(/^\| \[[^\]]+\]/gm)!
      .map((start) => start.slice(3, -1));
    expect(unique(mapped)).toEqual(unique([...top, ...foldersIn('lib').map((name) => `lib/${name}`)]));
  });

  test('environment variables and reasons are in the code', () => {
    const files = globSync(['lib/**/*.ts', 'functions/**/*.ts'], { cwd: root });
    const code = [...files, 'test/recordings/cases.ts'].map(read).join('\n');
    const variables = unique(matches(readme, /\$?(FLOTILLA_\w+|AWS_\w+)/g));
    expect(variables).toEqual([
      'AWS_REGION',
      'FLOTILLA_BY',
      'FLOTILLA_CALLBACK_KEY',
      'FLOTILLA_CASES',
      'FLOTILLA_CLIENT_ID',
      'FLOTILLA_CLIENT_SECRET',
      'FLOTILLA_TOKEN',
      'FLOTILLA_TOKEN_URL',
      'FLOTILLA_URL',
    ]);
    expect(variables.filter((name) => !code.includes(`env.${name}`))).toEqual([]);
    const ofTable = table('| status | of a deployment |').flatMap(([, cell]) => inBackticks(cell!));
    const ofText = matches(readme, /`[A-Z]{4,} \/ (\w+)`/g);
    const ofTranscripts = matches(readme, /^\d\d:\d\d:\d\d\.\d{3}Z simulated \S+ +[A-Z]+ +(\w+):/gm);
    for (const some of [ofTable, ofText, ofTranscripts]) expect(some.length).toBeGreaterThan(3);
    const reasons = unique([...ofTable, ...ofText, ...ofTranscripts]).filter((name) => !/^[a-z_]+$/.test(name));
    expect(reasons.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  });

  test('statuses', () => {
    expect(unique(table('| status | of a deployment |').flatMap(([cell]) => inBackticks(cell!)))).toEqual(
      unique(statuses),
    );
    const elsewhere = [
      ...matches(readme, /`([A-Z]{4,})(?: \/ \w+)?`/g),
      ...matches(readme, /simulated \S+ +([A-Z]+) /g),
    ];
    const known: readonly string[] = [...statuses, 'EBADENGINE', 'NAME', 'PATH', 'HOME'];
    expect(unique(elsewhere).filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('tables', () => {
  test('the routes are those of the API, and that of callbacks', () => {
    const written = table('| method | path | |').map(([method, path]) => `${method} ${inBackticks(path!)[0]}`);
    const served = routes.map(({ method, path }) => `${method} ${path.replaceAll('+}', '}')}`);
    expect(written.sort()).toEqual([...served, `POST ${callbackPath}/{key}`].sort());
  });

  test('the verbs and their options are those of the program', async () => {
    const written = table('| verb | what | options |');
    const help = (await run(['--help'])).out.join('\n').split('Commands:')[1]!;
    const verbs = matches(help, /^ {2}([a-z-]+) /gm).filter((verb) => verb !== 'help');
    expect(unique(written.map(([verb]) => inBackticks(verb!)[0]!.split(' ')[0]!))).toEqual(unique(verbs));
    for (const [cell, , options] of written) {
      const words = inBackticks(cell!)[0]!.split(' ');
      const verb = words.filter((word) => /^[a-z-]+$/.test(word));
      const names = words.slice(verb.length);
      const own = (await run([...verb, '--help'])).out.join('\n');
      const parameters = matches(own.split('\n')[0]!, /<(\w+)>/g).map((name) => name.toUpperCase());
      const name = verb.join(' ');
      expect(names, name).toEqual(parameters);
      const common: Readonly<Record<string, readonly string[]>> = {
        demo: [],
        'demo canary': [],
        serve: ['--json'],
        init: ['--json'],
        'token create': ['--json'],
        'token list': ['--json'],
        'token revoke': ['--json'],
        'catalogue apply': ['--json'],
        'cluster-role': ['--json'],
      };
      const shared = common[name] ?? ['--json', '--url', '--token-file', '--by'];
      expect(unique([...inBackticks(options!), ...shared]), name).toEqual(unique(matches(own, /^ {2}(--[\w-]+)/gm)));
    }
  });

  test('the exit statuses are those of the program, in the words of its help', async () => {
    const written = table('| exit status | |');
    expect(written.map(([status]) => Number(status))).toEqual(Object.values(exitStatus));
    const help = (await run(['--help'])).out.join('\n');
    const words = help
      .split('Exit status: ')[1]!
      .replace(/\.\s*$/, '')
      .split(', ');
    for (const [place, [status, meaning]] of written.entries()) {
      expect(`${status} ${meaning}`.startsWith(words[place]!), `"${meaning}" begins as "${words[place]}"`).toBe(true);
    }
  });
});

describe('blocks', () => {
  const [batch, configuration] = fences('yaml');
  const env = { HARNESS_API_KEY: 'k3y', HARNESS_SHARED_TOKEN: 't0k3n' };
  const readFile = (path: string): string => read(join('examples', path));

  test('the batch is the example', () => {
    expect(batch).toBe(read('examples/small.yaml').replace(/^# yaml-language-server: .*\n/, ''));
  });

  test('the configuration is valid, uses the variables that it names, and takes the batches of the examples', () => {
    const parsed = parseConfiguration(configuration!, { readFile, env });
    expect(parsed).not.toHaveProperty('issues');
    if ('issues' in parsed) return;
    expect(parsed.warnings).toEqual([]);
    expect(parsed.configuration.connections.harness).toMatchObject({ kind: 'real', api_key: 'k3y' });
    for (const example of ['small', 'release']) {
      const taken = parseBatch(read(`examples/${example}.yaml`), parsed.configuration.catalogue);
      expect(taken, example).toMatchObject({ warnings: [] });
    }
  });

  test('a variable that is not set, or is empty, is an error', () => {
    const parsed = parseConfiguration(configuration!, { readFile, env: { HARNESS_API_KEY: '' } });
    const issues = 'issues' in parsed ? parsed.issues : [];
    expect(issues.map(({ path }) => path)).toEqual(['pillars.shared.harness.webhook_token', 'harness.api_key']);
  });
});

interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands of a `console` block with what they print. */
const stepsOf = (block: string): Step[] =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => ({ command: text.slice(0, text.indexOf('\n')), output: text.slice(text.indexOf('\n') + 1) }));

const steps = fences('console').flatMap(stepsOf);
const stepOf = (start: string): Step => {
  const found = steps.filter(({ command }) => command.startsWith(start));
  expect(found, `one command ${start}`).toHaveLength(1);
  return found[0]!;
};

/** Ids, times and ports differ from run to run. */
const withoutChance = (text: string): string =>
  text
    .replace(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '<id>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3})?)?Z/g, '<when>')
    .replace(/^\d\d:\d\d:\d\d\.\d{3}Z/gm, '<time>')
    .replace(/ by local \(\S+\)/g, ' by local (<login>)')
    .replace(/127\.0\.0\.1:\d+/g, '<server>');

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `…` stands for any number of lines where it is alone on its line, else for the rest that was cut out of one. */
const expectPrinted = (printed: string, { output }: Step): void => {
  const pattern = withoutChance(output)
    .trimEnd()
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\n)*?' : `${line.split('…').map(literally).join('.*')}\n`))
    .join('');
  expect(`${withoutChance(printed).trimEnd()}\n`).toMatch(new RegExp(`^${pattern}$`));
};

/** The words of a command, as a shell reads them; single quotes are all that the README needs. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);

const lines = (text: readonly string[]): string => text.join('\n');

describe('plan', () => {
  const step = stepOf('npx flotilla plan');
  const env = { ...process.env, FLOTILLA_URL: undefined };

  test('prints what the README shows', async () => {
    const { stdout } = await promisify(execFile)('sh', ['-c', step.command], { cwd: root, env });
    expectPrinted(stdout, step);
  });

  test('--json prints the same as data', async () => {
    const { status, out } = await run([...wordsOf(step.command).slice(2), '--json'], { directory: root });
    expect(status).toBe(0);
    expect(JSON.parse(lines(out))).toMatchObject({ total: 2, critical_path: ['shared/login-api', 'risk/limit-check'] });
  });
});

describe('a server that was started as the README says', () => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-readme-'));
  let server: ReturnType<typeof spawn>;
  /** Where servers of this user are noted. */
  const state = { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'flotilla-readme-state-')) };
  let printed = '';
  let url = '';
  let id = '';

  /** What `npm start -- --port 0 --data DIR` runs. */
  beforeAll(async () => {
    const [program, ...script] = manifest.scripts.start!.split(' ');
    expect([program, script.at(-1)]).toEqual(['node', 'serve']);
    const { FLOTILLA_TOKEN: _, ...env } = process.env;
    const argv = [...script, '--port', '0', '--data', data];
    server = spawn(process.execPath, argv, {
      cwd: root,
      env: { ...env, ...state },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: server.stdout! })) {
      printed += `${line}\n`;
      if (line.includes('curl')) break;
    }
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? 'none';
  });
  afterAll(async () => {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
    expect(server.exitCode).toBe(0);
    for (const folder of [data, state.XDG_STATE_HOME]) rmSync(folder, { recursive: true });
  });

  const flotilla = (command: string) => {
    const argv = wordsOf(command.replace(/\bID\b|\b01[0-9A-Z]{24}\b/, id)).slice(2);
    return run(argv, { directory: root, env: { FLOTILLA_URL: url, ...state }, columns: 10_000 });
  };

  test('npm start prints what the README shows', () => {
    expectPrinted(printed.replaceAll(data, '.flotilla'), stepOf('npm start'));
  });

  test('curl posts a batch, status follows it, list shows it', async () => {
    const step = stepOf('curl');
    const words = wordsOf(step.command);
    expect(words).toEqual([
      'curl',
      '-H',
      '@.flotilla/token.header',
      '-H',
      expect.any(String),
      '--data-binary',
      expect.stringMatching(/^@/),
      expect.any(String),
    ]);
    const lineOfFile = readFileSync(join(data, 'token.header'), 'utf8').trim();
    const headers = Object.fromEntries([lineOfFile, words[4]!].map((line) => line.split(': ') as [string, string]));
    const address = words[7]!.replace('http://127.0.0.1:8080', url);
    const answer = await fetch(address, { method: 'POST', headers, body: read(words[6]!.slice(1)) });
    const body = await answer.text();
    expect(answer.status).toBe(202);
    expectPrinted(body, step);
    id = JSON.parse(body).batch_id;
    for (const command of ['npx flotilla status', 'npx flotilla list']) {
      const { status, out } = await flotilla(stepOf(command).command);
      expect(status).toBe(0);
      expectPrinted(lines(out), stepOf(command));
    }
  });

  test('the commands in its sentences are understood, and leave as its table says', async () => {
    const sentences = matches(readme, /`(npx flotilla [^`]*\bID\b[^`]*)`/g);
    const ended = await Promise.all(sentences.map(flotilla));
    expect(ended.map(({ status }) => status)).toEqual([exitStatus.refused, exitStatus.refused]);
    expect(lines(ended.flatMap(({ error }) => error))).toMatch(
      /Only an UNKNOWN deployment can be resolved.*\n.*has ended/,
    );
    // It is over neither before it is followed nor before it is cancelled, however long those take.
    const endless = read('examples/small.yaml')
      .replace('"3.0.2"', '"3.0.2-notready"')
      .replace('defaults:', '$&\n  timeout: 3600');
    writeFileSync(join(data, 'endless.yaml'), endless);
    const late = await flotilla(`npx flotilla deploy ${join(data, 'endless.yaml')} --follow --timeout 1`);
    expect(late.status).toBe(exitStatus.timedOut);
    id = /Batch (\S+) accepted/.exec(lines(late.out))![1]!;
    expect(await flotilla('npx flotilla status ID')).toMatchObject({ status: exitStatus.done });
    expect(await flotilla('npx flotilla cancel ID')).toMatchObject({ status: exitStatus.done });
    expect(await flotilla('npx flotilla status nowhere')).toMatchObject({ status: exitStatus.notFound });
    expect(await flotilla('npx flotilla plan nowhere.yaml')).toMatchObject({ status: exitStatus.usage });
  });

  test('the commands that look on do so, as text and as JSON', async () => {
    const block = fences('sh').find((text) => text.includes('flotilla queue'))!;
    const commands = block
      .trim()
      .split('\n')
      .map((line) => line.replace(/ *#.*$/, ''));
    expect(commands.length).toBeGreaterThan(5);
    // A second environment, to compare with.
    const one =
      'clearing/fees=2.0.0 --environment uat --infrastructure cluster-eu-1 --artifact docker --idempotency-key second';
    expect(await flotilla(`npx flotilla deploy ${one} --follow`)).toMatchObject({ status: 0, error: [] });
    for (const command of commands) {
      const written = command.replace(/(--output) (\S+)/, (_, option, file) => `${option} ${join(data, file)}`);
      const { status, out, error } = await flotilla(written);
      expect([status, lines(error)], command).toEqual([0, command.includes('--output') ? expect.any(String) : '']);
      if (command.includes('--output')) expect(readFileSync(join(data, 'flotilla.xml'), 'utf8')).toMatch(/^<\?xml /);
      else expect(out.length, command).toBeGreaterThan(0);
      const asJson = await flotilla(`${command.replace(/ --format.*/, '')} --json`);
      expect(() => JSON.parse(lines(asJson.out)), command).not.toThrow();
    }
  });

  test('errors are problems with a code of docs/errors.md, and an Idempotency-Key is good for one body', async () => {
    const submit = async (body: string, headers: Readonly<Record<string, string>>) => {
      const authorization = `Bearer ${readFileSync(join(data, 'token'), 'utf8').trim()}`;
      const type = { authorization, 'content-type': 'application/yaml' };
      const answer = await fetch(`${url}/batches`, { method: 'POST', headers: { ...type, ...headers }, body });
      const { batch_id, code } = (await answer.json()) as { readonly batch_id?: string; readonly code?: string };
      if (!answer.ok) {
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(read('docs/errors.md')).toContain(`### ${code}\n`);
      }
      return { status: answer.status, batch_id };
    };
    const key = { 'idempotency-key': 'once' };
    const first = await submit(read('examples/small.yaml'), key);
    expect(first.status).toBe(202);
    expect(await submit(read('examples/small.yaml'), key)).toEqual({ ...first, status: 200 });
    expect((await submit('version: v1.0', key)).status).toBe(409);
    expect((await submit('version: v1.0', {})).status).toBe(422);
  });
});
