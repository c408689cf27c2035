import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Clusters } from '../../functions/runtime/clusters.ts';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import type { ClusterProgram } from '../../lib/adapters/cluster-program.ts';
import { listening } from './listening.ts';

/** A program that records what it sees, and prints a numbered token. */
const script = `
const { appendFileSync, readFileSync } = require('node:fs');
appendFileSync(process.argv[1], JSON.stringify(process.env) + '\\n');
const count = readFileSync(process.argv[1], 'utf8').trim().split('\\n').length;
const status = { token: 'token-' + count, ...JSON.parse(process.argv[2]) };
process.stdout.write(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }));
`;

const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-exec-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

/** An API server that accepts the token a test names, and a cluster that asks it with a kubeconfig of this user. */
const setUp = async (user: (folder: string) => object, takes: (authorization: string) => boolean = () => true) => {
  const folder = makeFolder();
  const sent: string[] = [];
  const address = await listening(({ headers: { authorization = 'none' } }, response) => {
    sent.push(authorization);
    response.writeHead(takes(authorization) ? 200 : 401).end('{"items":[]}');
  });
  const kubeconfig = join(folder, 'config');
  const text = {
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: address, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: user(folder) }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(text));
  const seen = (): Record<string, string>[] =>
    readFileSync(join(folder, 'seen'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const look = async () => {
    const cluster = new KubernetesCluster('eu-1', await kubeConfigFrom({ kubeconfig }));
    return { read: () => cluster.read([{ kind: 'deployment', namespace: 'n', name: 'a' }]) };
  };
  return { kubeconfig, folder, sent, seen, look };
};

const exec =
  (status: object, more: object = {}) =>
  (folder: string) => ({
    exec: { command: process.execPath, args: ['-e', script, join(folder, 'seen'), JSON.stringify(status)], ...more },
  });

describe('a program that a kubeconfig names', () => {
  test('has an environment of its own: only what it needs from ours, and what the kubeconfig gives it', async () => {
    const ours = { FLOTILLA_CANARY: 'key', HARNESS_API_KEY: 'key', AWS_PROFILE: 'ours', https_proxy: 'http://proxy' };
    for (const [name, value] of Object.entries(ours)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { look, seen, sent } = await setUp(exec({}, { env: [{ name: 'GIVEN', value: 'yes' }] }));
    await (await look()).read();
    expect(new Set(sent)).toEqual(new Set(['Bearer token-1']));
    const [env] = seen();
    expect(env).toMatchObject({
      AWS_PROFILE: 'ours',
      https_proxy: 'http://proxy',
      GIVEN: 'yes',
      PATH: process.env.PATH,
    });
    const known = /^(?:PATH|HOME|AWS_.*|.*_proxy|.*_PROXY|GIVEN)$/;
    expect(Object.keys(env!).filter((name) => !known.test(name))).toEqual([]);
  });

  test('runs once, until its token has expired', async () => {
    const { look, seen } = await setUp(exec({}));
    const { read } = await look();
    for (let count = 0; count < 3; count += 1) await read();
    expect(seen()).toHaveLength(1);
    const ending = await setUp(exec({ expirationTimestamp: '2020-01-01T00:00:00Z' }));
    await (await ending.look()).read();
    expect(ending.seen().length).toBe(ending.sent.length);
  });

  test('runs again when its token is refused', async () => {
    const { look, sent } = await setUp(exec({}), (authorization) => authorization !== 'Bearer token-1');
    await (await look()).read();
    expect(sent).toContain('Bearer token-2');
  });

  test.each([
    [
      'fails',
      { args: ['-e', 'console.error("not signed in"); process.exit(3)'] },
      /the program .* failed: not signed in/,
    ],
    ['says something else', { args: ['-e', 'console.log("hello")'] }, /did not answer with an ExecCredential/],
    ['does not exist', { command: '/no/such/program' }, /ENOENT/],
  ])('reports a program that %s', async (_, more, told) => {
    const { look } = await setUp(exec({}, more));
    await expect((await look()).read()).rejects.toMatchObject({
      name: 'ClusterUnavailable',
      message: expect.stringMatching(told),
    });
  });

  test('runs only if it was checked at the start', async () => {
    const { kubeconfig } = await setUp(exec({}));
    const { program } = await kubeConfigFrom({ kubeconfig });
    const connect = (programs: readonly ClusterProgram[]) =>
      new Clusters({ 'eu-1': { kind: 'kubeconfig', kubeconfig } }, { programs }).get('eu-1');
    await expect(connect([program!])).resolves.toBeDefined();
    await expect(connect([{ ...program!, args: [] }])).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
      message: expect.stringContaining('that it did not name at the start'),
    });
  });

  test('is known before it runs; a path is relative to the kubeconfig', async () => {
    const { kubeconfig, folder } = await setUp(() => ({ exec: { command: './bin/sign-in', args: ['--quietly'] } }));
    const { program } = await kubeConfigFrom({ kubeconfig });
    expect(program).toEqual({ command: join(folder, 'bin', 'sign-in'), args: ['--quietly'], env: {} });
  });

  test.each<[string, object, RegExp]>([
    [
      'under auth-provider',
      { 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'gcloud' } } },
      /name it under exec$/,
    ],
    [
      'with a field that kubectl does not know',
      { exec: { command: 'x', comand: 'y' } },
      /has comand in its exec, which kubectl does not know; it knows command, args, env, apiVersion, installHint, /,
    ],
    ['that is a text', { exec: 'sign-in' }, /has an exec that does not have the form/],
    ['that is a list', { exec: ['sign-in'] }, /has an exec that does not have the form/],
    [
      'of another form',
      { exec: { args: 'x' } },
      /^the user u of the kubeconfig .* has an exec that does not have the form/,
    ],
  ])('refuses %s', async (_, user, told) => {
    const { kubeconfig } = await setUp(() => user);
    await expect(kubeConfigFrom({ kubeconfig })).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
      message: expect.stringMatching(told),
    });
  });
});
