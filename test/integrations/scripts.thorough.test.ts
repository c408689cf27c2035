import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { folderWith } from '../action/action-world.ts';
import { accessToken, clientId, clientSecret, startScriptedGitHub } from '../action/scripted-github.ts';
import { Child } from '../e2e/child.ts';
import { gitlabJob, jenkinsScripts, root } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'flotilla-scripts-'));
const small = readFileSync(join(root, 'examples', 'small.yaml'), 'utf8');
let server: Child;
let url: string;

/** A program on the path of the scripts. */
const put = (name: string, lines: readonly string[]): void => {
  const path = join(folder, name);
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
};

beforeAll(async () => {
  const node = process.execPath;
  put('flotilla', [`exec '${node}' --no-warnings '${join(root, 'bin', 'flotilla.ts')}' "$@"`]);
  put('npm', ['echo "npm $*"']);
  put('node', [`exec '${node}' "$@"`]);
  const args = ['serve', '--port', '0', '--data', join(folder, 'data'), '--no-token', '--json'];
  server = new Child('bin/flotilla.ts', { args, directory: folder });
  url = (await server.answer<{ url: string }>())!.url;
});
afterAll(async () => {
  await server.stop('SIGTERM');
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly status: number;
  readonly printed: string;
}

/** Runs lines as a build server does: all in one shell, which ends at the first failure. */
const runLines = (
  shell: readonly [string, ...string[]],
  lines: readonly string[],
  { directory, env }: { readonly directory: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ran> =>
  new Promise((resolve) => {
    const [command, ...args] = shell;
    const path = `${folder}${delimiter}${process.env.PATH}`;
    const options = { cwd: directory, env: { HOME: directory, PATH: path, FLOTILLA_URL: url, ...env } };
    execFile(command, [...args, '-c', lines.join('\n')], options, (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code), printed: out + err });
    });
  });

const wrong = small.replace('shared # chooses', 'shraed # chooses').replace('docker_image_version: "2.4.0"', '');
const failing = small.replace('"2.4.0"', '"2.4.0-crash"');

describe('GitLab', () => {
  const bash = ['bash', '-eo', 'pipefail'] as const;
  const inPipeline = (id: string, directory: string) => ({
    ...{ BATCH: 'release.yaml', FLOTILLA_PACKAGE: 'flotilla.tgz', CI_PROJECT_DIR: directory },
    ...{ CI_PROJECT_ID: '7', CI_PIPELINE_ID: id, CI_JOB_NAME_SLUG: 'deploy', CI_JOB_ID: '99', CI_COMMIT_SHA: 'abc' },
    ...{ CI_PIPELINE_URL: `https://gitlab.test/p/${id}`, CI_PROJECT_URL: 'https://gitlab.test/acme/shop' },
  });
  const job = (name: string, text: string, id: string, more: Readonly<Record<string, string>> = {}) => {
    const directory = folderWith({ 'release.yaml': text });
    const { before_script = [], script } = gitlabJob(name);
    const ran = runLines(bash, [...before_script, ...script], {
      directory,
      env: { ...inPipeline(id, directory), ...more },
    });
    return ran.then((one) => ({ ...one, read: (file: string) => readFileSync(join(directory, file), 'utf8') }));
  };

  test('shows the plan of a merge request, and fails where it has problems', async () => {
    const good = await job('plan', small, '1');
    expect([good.status, good.read('plan.txt')]).toEqual([0, expect.stringContaining('2 deployments on 2 levels')]);
    const bad = await job('plan', wrong, '1');
    expect([bad.status, bad.printed]).toEqual([2, expect.stringContaining('release.yaml:')]);
  });

  test('deploys, reports, and a retried job follows the same batch', async () => {
    const first = await job('deploy', small, '2');
    expect([first.status, first.read('junit.xml')]).toEqual([0, expect.stringContaining('failures="0"')]);
    const second = await job('deploy', small, '2');
    const idOf = (text: string): string => JSON.parse(text).batch_id;
    expect([second.status, idOf(second.read('accepted.json'))]).toEqual([0, idOf(first.read('accepted.json'))]);
    const bad = await job('deploy', wrong, '3');
    expect([bad.status, bad.printed]).toEqual([2, expect.stringContaining('release.yaml:')]);
  });

  test('a failed batch fails the job, and there is a report', async () => {
    const { status, read, printed } = await job('deploy', failing, '4');
    expect([status, printed]).toEqual([1, expect.stringContaining('FAILED')]);
    expect(read('junit.xml')).toContain('<failure');
  });

  test('on AWS, gets a token by its identity, and leaves no file with it', async () => {
    const github = await startScriptedGitHub();
    onTestFinished(() => github.close());
    const secret = JSON.stringify({
      token_url: `${github.url}/oauth2/token`,
      client_id: clientId,
      client_secret: clientSecret,
    });
    put('aws', [
      'test "$(cat "$AWS_WEB_IDENTITY_TOKEN_FILE")" = the-id-token || exit 9',
      'test "$AWS_ROLE_ARN $*" = "arn:role secretsmanager get-secret-value --secret-id flotilla/dev/ci --query SecretString --output text" || exit 8',
      `printf '%s\\n' '${secret}'`,
    ]);
    const env = {
      AWS_ID_TOKEN: 'the-id-token',
      AWS_ROLE_ARN: 'arn:role',
      FLOTILLA_CLIENT_SECRET_NAME: 'flotilla/dev/ci',
    };
    const { status, printed, read } = await job('deploy-aws', small, '5', env);
    expect([status, printed]).toEqual([0, expect.not.stringContaining(clientSecret)]);
    expect(printed).not.toContain(accessToken);
    expect(github.asked.length).toBeGreaterThan(0);
    expect(() => read('../.id-token')).toThrow('ENOENT');
  });
});

describe('Jenkins', () => {
  const [plan, deploy] = jenkinsScripts();
  const sh = ['sh', '-xe'] as const;
  const step = async (script: string | undefined, text: string, build: string) => {
    const directory = folderWith({ 'release.yaml': text });
    const env = { BATCH: 'release.yaml', BUILD_URL: `https://jenkins.test/job/shop/${build}/` };
    const ran = await runLines(sh, [script!], { directory, env });
    return { ...ran, read: (file: string) => readFileSync(join(directory, file), 'utf8') };
  };

  test('has two scripts', () => {
    expect(jenkinsScripts()).toHaveLength(2);
  });

  test('plans', async () => {
    expect((await step(plan, small, '1')).status).toBe(0);
    expect((await step(plan, wrong, '1')).status).toBe(2);
  });

  test('deploys, and fails if the batch has problems', async () => {
    const good = await step(deploy, small, '2');
    expect([good.status, good.read('junit.xml')]).toEqual([0, expect.stringContaining('failures="0"')]);
    const bad = await step(deploy, wrong, '3');
    expect([bad.status, bad.printed]).toEqual([2, expect.stringContaining('"code":"BatchInvalid"')]);
  });
});
