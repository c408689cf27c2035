import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { type Ran, run } from './cli-world.ts';

const directory = mkdtempSync(join(tmpdir(), 'flotilla-serve-'));
afterAll(() => rmSync(directory, { recursive: true }));

const harness = 'harness: { account: a, org: o, project: p, api_key: k }';
const kubeconfig = (context: string): string =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': context },
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:9' } }],
    users: [{ name: 'u', user: { token: 'hunter2' } }],
    contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
  });

const configure = (name: string, clusters: string): void =>
  writeFileSync(join(directory, name), `clusters: ${clusters}\n${harness}\n`);

beforeAll(() => {
  writeFileSync(join(directory, 'kube'), kubeconfig('one'));
  writeFileSync(join(directory, 'no-context'), kubeconfig('two'));
  writeFileSync(join(directory, 'no-yaml'), 'users:\n- token: hunter2\n token: hunter2\n');
  // Nothing is simulated, and an idle server contacts no cluster.
  configure('real.yaml', '{ a: { kubeconfig: ./kube } }');
});

/** Serves until it has printed all lines of its start, then stops as by Ctrl-C. */
const serve = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  run(['serve', '--port', '0', '--config', 'real.yaml', ...argv], {
    directory,
    env,
    onLine: (line) => {
      if (/curl|"url"/.test(line)) setImmediate(() => process.emit('SIGINT'));
    },
  });

/** The data of a server that stopped while this many batches were in progress. */
const dataWith = async (name: string, open: number): Promise<string> => {
  mkdirSync(join(directory, name));
  const table = new SqliteTable(join(directory, name, 'flotilla.db'));
  for (let count = 0; count < open; count += 1) {
    await table.transact([{ put: itemOf(keys.open(`B${count}`), { batch_id: `B${count}`, created_at: 1 }) }]);
  }
  table.close();
  return name;
};

describe('batches in progress', () => {
  test.each([
    [0, [], []],
    [1, ['1 batch goes on.'], ['Stopping; batches go on at the next start.']],
    [3, ['3 batches go on.'], ['Stopping; batches go on at the next start.']],
  ])('%i: reported at the start and at the end', async (open, begun, ended) => {
    const { status, out } = await serve(['--data', await dataWith(`open-${open}`, open)]);
    expect(status).toBe(0);
    expect(out).toEqual([
      expect.stringMatching(/^Flotilla listens on /),
      ...begun,
      'See what a batch would do:',
      expect.stringMatching(/^ {2}flotilla plan /),
      'Submit a batch:',
      expect.stringMatching(/^ {2}flotilla deploy .* --follow --url http/),
      'Or without the command line:',
      expect.stringMatching(/^ {2}curl /),
      ...ended,
    ]);
  });

  test('as JSON', async () => {
    const { out } = await serve(['--data', await dataWith('as-data', 2), '--json']);
    expect(out.map((line) => JSON.parse(line))).toMatchObject([
      { open_batches: 2, token_file: join(directory, 'as-data', 'token') },
    ]);
  });
});

test('warns about a cluster with an unverified certificate, and refuses it where verification is required', async () => {
  const unchecked = JSON.parse(kubeconfig('one'));
  unchecked.clusters[0].cluster['insecure-skip-tls-verify'] = true;
  writeFileSync(join(directory, 'unchecked'), JSON.stringify(unchecked));
  configure('unchecked.yaml', '{ a: { kubeconfig: ./unchecked }, b: { kubeconfig: ./kube } }');
  const told = await serve(['--data', 'unchecked-data', '--config', 'unchecked.yaml', '--json']);
  expect(told.error).toContainEqual(expect.stringMatching(/^warning: The certificate of cluster a is not checked/));
  expect(told.error.join()).not.toMatch(/cluster b/);
  expect(JSON.parse(told.out[0]!)).toMatchObject({ unverified: { clusters: ['a'] } });
  configure('required.yaml', '{ a: { kubeconfig: ./unchecked, verify: required } }');
  const refused = await serve(['--data', 'unchecked-data', '--config', 'required.yaml']);
  expect([refused.status, refused.error.join()]).toEqual([2, expect.stringMatching(/verify: required forbids/)]);
});

test('Node keeps verifying certificates: 2', async () => {
  const { status, error } = await serve([], { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  expect([status, error.join()]).toEqual([2, expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED=0 turns off/)]);
});

test('prints a curl command with an address that this machine reaches and the file with the token', async () => {
  const token = 'a-token-that-was-given-from-outside';
  const { out } = await serve(['--data', "all o'them", '--host', '0.0.0.0'], { FLOTILLA_TOKEN: token });
  expect(out[0]).toMatch(/^Flotilla listens on http:\/\/0\.0\.0\.0:\d+, /);
  expect(out.at(-1)).toMatch(/ -H '@all o'\\''them\/token\.header' .* http:\/\/127\.0\.0\.1:\d+\/batches$/);
  const kept = readFileSync(join(directory, "all o'them", 'token'), 'utf8').trim();
  expect(readFileSync(join(directory, "all o'them", 'token.header'), 'utf8')).toBe(`Authorization: Bearer ${kept}\n`);
  for (const secret of [token, kept]) expect(out.join('\n')).not.toContain(secret);
});

describe('refuses to let in more than intended: 2', () => {
  test.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    [
      'a short token',
      [],
      { FLOTILLA_TOKEN: 'x' },
      /^The token in \$FLOTILLA_TOKEN has 1 characters, and one that lets in has 32/,
    ],
    [
      'none with real clusters',
      ['--no-token'],
      {},
      /^--no-token is not possible here: this configuration has real systems/,
    ],
    [
      'none and one',
      ['--no-token', '--config', 'sim.yaml'],
      { FLOTILLA_TOKEN: 'x'.repeat(32) },
      /\$FLOTILLA_TOKEN is set/,
    ],
    [
      'none on all addresses',
      ['--no-token', '--config', 'sim.yaml', '--host', '0.0.0.0'],
      {},
      /^--no-token is for loopback only/,
    ],
  ])('%s', async (_, argv, env, told) => {
    writeFileSync(join(directory, 'sim.yaml'), 'clusters: { a: { simulated: true } }\nharness: { simulated: true }\n');
    const { status, error } = await serve(['--data', 'none', ...argv], env);
    expect([status, error]).toEqual([2, [expect.stringMatching(told)]]);
    expect(existsSync(join(directory, 'none'))).toBe(false);
  });
});

describe('refuses to start with clusters that cannot be reached as configured: 2', () => {
  test.each([
    ['no file', '{ kubeconfig: /none }', 'the kubeconfig /none cannot be read: there is no such file.'],
    [
      'a folder',
      '{ kubeconfig: . }',
      `the kubeconfig ${directory} cannot be read: it is a folder, and a file is needed.`,
    ],
    [
      'a missing context',
      '{ kubeconfig: ./kube, context: three }',
      `the kubeconfig ${directory}/kube has no context "three"; it has one.`,
    ],
    [
      'a missing current context',
      '{ kubeconfig: ./no-context }',
      `the kubeconfig ${directory}/no-context has no context "two"; it has one.`,
    ],
    [
      'EKS without a region',
      '{ eks: prod }',
      'the region of the EKS cluster prod is not known; give it a region, or set AWS_REGION.',
    ],
  ])('%s', async (_, cluster, told) => {
    configure('bad.yaml', `{ eu-1: ${cluster}, a: { kubeconfig: ./kube } }`);
    const { status, out, error } = await serve(['--config', 'bad.yaml', '--data', 'unused']);
    expect([status, out, error]).toEqual([2, [], [`Cluster eu-1: ${told}`]]);
  });

  test('invalid YAML, without quoting it', async () => {
    configure('bad.yaml', '{ eu-1: { kubeconfig: ./no-yaml } }');
    const { status, error } = await serve(['--config', 'bad.yaml', '--data', 'unused']);
    expect([status, error]).toEqual([
      2,
      [expect.stringMatching(/^Cluster eu-1: the kubeconfig .*no-yaml cannot be read: /)],
    ]);
    expect(error.join('\n')).not.toContain('hunter2');
  });

  test('all of them at once', async () => {
    configure('bad.yaml', '{ eu-1: { kubeconfig: /none }, eu-2: { eks: prod } }');
    const { error } = await serve(['--config', 'bad.yaml', '--data', 'unused']);
    expect(error.map((line) => line.split(':')[0])).toEqual(['Cluster eu-1', 'Cluster eu-2']);
  });

  test('accepts EKS with a region without asking AWS', async () => {
    configure('eks.yaml', '{ eu-1: { eks: prod } }');
    const { status, error } = await serve(['--config', 'eks.yaml', '--data', 'eks'], { AWS_REGION: 'eu-central-1' });
    expect([status, error]).toEqual([0, [expect.stringContaining('no service mapping')]]);
  });
});

describe('programs in kubeconfigs', () => {
  const state = { XDG_STATE_HOME: join(directory, 'state') };
  const touched = join(directory, 'was-run');
  /** For a cluster that no request reaches: the start must not run the program. */
  const configureProgram = (name: string, ...args: readonly string[]): string => {
    const kube = JSON.parse(kubeconfig('one'));
    const env = [
      { name: 'SIGN', value: 'hunter2' },
      { name: 'STARTUP', value: './first.py' },
    ];
    kube.users[0].user = {
      exec: { command: 'touch', args: [touched, ...args], env },
    };
    writeFileSync(join(directory, `${name}.kube`), JSON.stringify(kube));
    configure(`${name}.yaml`, `{ eu-1: { kubeconfig: ./${name}.kube } }`);
    return `${name}.yaml`;
  };
  const start = (config: string, more: readonly string[] = [], says?: string) =>
    run(['serve', '--port', '0', '--data', 'programs', '--config', config, ...more], {
      ...{ directory, env: state },
      ...(says === undefined ? {} : { says }),
      onLine: (line) => {
        if (line.includes('curl')) setImmediate(() => process.emit('SIGINT'));
      },
    });
  const runs = 'Runs programs of kubeconfigs, to be let in by clusters: touch (eu-1).';

  test('are listed, and refused where nobody can be asked', async () => {
    const config = configureProgram('unattended');
    const { status, error } = await start(config);
    expect([status, error]).toEqual([
      6,
      [
        `${join(directory, config)} makes Flotilla run programs as you, to be let in by clusters:`,
        `  cluster eu-1: SIGN=… STARTUP=./first.py touch ${touched} (from ${join(directory, 'unattended.kube')})`,
        expect.stringContaining('--allow-programs'),
      ],
    ]);
    expect(existsSync(touched)).toBe(false);
  });

  test('need consent once, until they change; --allow-programs consents without remembering', async () => {
    const config = configureProgram('asked');
    expect(await start(config, [], 'n')).toMatchObject({ status: 6, out: [] });
    expect(await start(config, ['--allow-programs'])).toMatchObject({ status: 0, error: [runs, expect.anything()] });
    const asked = await start(config, [], 'y');
    expect([asked.status, asked.error]).toEqual([0, expect.arrayContaining(['May they run? [y/N] '])]);
    expect(await start(config)).toMatchObject({ status: 0, error: [runs, expect.anything()] });
    configureProgram('asked', '--other');
    expect(await start(config)).toMatchObject({ status: 6 });
    expect(existsSync(touched)).toBe(false);
  });
});
