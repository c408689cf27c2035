import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { inputModes } from '../../action/input-names.ts';
import { readInputs } from '../../action/inputs.ts';
import { plainLine } from '../../action/log-terminal.ts';
import type { Inputs } from './action-world.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (given: Inputs, env: Readonly<Record<string, string>> = {}) =>
  readInputs((name) => given[name] ?? '', env);

const plan = { mode: 'plan', files: 'release.yaml' } as const;
const deploy = { mode: 'deploy', files: 'release.yaml', url: 'https://flotilla.test' } as const;
const oidc = {
  auth: 'oidc',
  role: 'arn:aws:iam::111122223333:role/ci',
  'client-secret-name': 'flotilla/dev/ci',
} as const;

describe('inputs', () => {
  test.each<[string, Inputs, Readonly<Record<string, string>>, object]>([
    [
      'a plan by itself',
      plan,
      {},
      { auth: { kind: 'none' }, comment: true, commentId: 'plan', commentAuthor: 'github-actions[bot]' },
    ],
    [
      'a plan by a server',
      { ...plan, url: 'https://f.test', token: 't' },
      {},
      { url: 'https://f.test', auth: { kind: 'token', token: 't' } },
    ],
    ['the server of the environment', plan, { FLOTILLA_URL: 'https://f.test' }, { url: 'https://f.test' }],
    [
      'a configuration wins over the environment',
      { ...plan, config: 'c.yaml' },
      { FLOTILLA_URL: 'https://f.test' },
      { config: 'c.yaml' },
    ],
    ['several files', { ...plan, files: ' a.yaml \n\n b/*.yaml\r\n' }, {}, { what: { files: ['a.yaml', 'b/*.yaml'] } }],
    ['a deploy', deploy, {}, { onRerun: 'follow', onCancel: 'leave' }],
    [
      'a deploy with all inputs',
      { ...deploy, 'on-rerun': 'retry', 'on-cancel': 'cancel', timeout: '600', patience: '0', 'plan-hash': 'h' },
      {},
      { onRerun: 'retry', onCancel: 'cancel', timeout: 600, patience: 0, planHash: 'h' },
    ],
    [
      'other versions',
      { ...deploy, set: 'risk/cva=2\nrisk/pfe=3' },
      {},
      { what: { files: ['release.yaml'], set: ['risk/cva=2', 'risk/pfe=3'] } },
    ],
    [
      'one service',
      { ...deploy, files: '', service: 'risk/cva=2', environment: 'staging' },
      {},
      { what: { files: [], service: 'risk/cva=2', environment: 'staging' } },
    ],
    [
      'OIDC',
      { ...deploy, ...oidc, 'aws-region': 'eu-central-1' },
      {},
      {
        auth: {
          kind: 'oidc',
          role: oidc.role,
          region: 'eu-central-1',
          secretName: 'flotilla/dev/ci',
          audience: 'sts.amazonaws.com',
        },
      },
    ],
    [
      'OIDC in the region of the job',
      { ...deploy, ...oidc },
      { AWS_REGION: 'us-gov-west-1' },
      { auth: { kind: 'oidc', region: 'us-gov-west-1' } },
    ],
  ])('%s', (_, given, env, expected) => {
    expect(read(given, env)).toMatchObject(expected);
  });

  test.each<[string, Inputs, readonly string[]]>([
    [
      'nothing',
      {},
      ['Input mode is plan or deploy, not "".', 'Input files and service exclude each other; give one of them.'],
    ],
    ['an unknown mode', { ...plan, mode: 'paln' }, ['Input mode is plan or deploy, not "paln".']],
    ['a deploy without a server', { ...deploy, url: '' }, ['Input url is missing; a deploy needs a server.']],
    ['two files to deploy', { ...deploy, files: 'a\nb' }, ['Input files names several; a deploy takes one file.']],
    ['an input of the other mode', { ...deploy, comment: 'false' }, ['Input comment has no effect with mode: deploy.']],
    ['a token for nobody', { ...plan, token: 't' }, ['Input url is missing; only a server takes a token.']],
    [
      'a configuration for a server',
      { ...plan, url: 'https://f.test', config: 'c' },
      ['Input config has no effect with url: a server plans with its own configuration.'],
    ],
    [
      'a place of a file',
      { ...plan, environment: 'dev' },
      ['Input environment works only with service; a file has its own.'],
    ],
    [
      'a service without a place',
      { ...deploy, files: '', service: 'a/b=1' },
      ['Input environment is missing; service needs it.'],
    ],
    [
      'versions of a service',
      { ...deploy, files: '', service: 'a/b=1', environment: 'dev', set: 'a/b=2' },
      ['Input set changes a file; service already names its version.'],
    ],
    ['a role without OIDC', { ...deploy, role: oidc.role }, ['Input role works only with auth: oidc.']],
    [
      'OIDC and a token',
      { ...deploy, ...oidc, token: 't', 'aws-region': 'eu-west-1' },
      ['Input token has no effect with auth: oidc.'],
    ],
    [
      'OIDC without anything',
      { ...deploy, auth: 'oidc' },
      [
        'Input role is missing: the ARN of the role to assume.',
        'Input aws-region is no region of AWS, like eu-central-1.',
        'Input client-secret-name is missing: the name of the secret with the client.',
      ],
    ],
    [
      'all roles',
      { ...deploy, ...oidc, role: 'arn:aws:iam::111122223333:role/*', 'aws-region': 'eu-west-1' },
      ['Input role is not the ARN of a role, like arn:aws:iam::111122223333:role/flotilla-ci.'],
    ],
    [
      'times',
      { ...deploy, timeout: '0', patience: '1h' },
      [
        'Input timeout takes whole seconds from 1 to 2147483, not "0".',
        'Input patience takes whole seconds from 0 to 2147483, not "1h".',
      ],
    ],
    [
      'a name that ends a marker',
      { ...plan, 'comment-id': 'x --> y' },
      ['Input comment-id takes letters, digits, . _ and -.'],
    ],
    [
      'words',
      { ...deploy, 'on-rerun': 'again', 'on-cancel': 'stop' },
      ['Input on-rerun is follow or retry, not "again".', 'Input on-cancel is leave or cancel, not "stop".'],
    ],
  ])('%s is refused, with all that is wrong', (_, given, problems) => {
    expect(() => read(given)).toThrow(expect.objectContaining({ status: 2, lines: problems }));
  });

  test('match action.yml', () => {
    const { inputs, outputs, runs } = parse(readFileSync(join(root, 'action', 'action.yml'), 'utf8'));
    expect(Object.keys(inputs)).toEqual(Object.keys(inputModes));
    expect(runs).toEqual({ using: 'node24', main: 'dist/index.js' });
    for (const one of [...Object.values(inputs), ...Object.values(outputs)] as { description?: string }[]) {
      expect(one.description).toMatch(/\S\.$/);
    }
    const runner = readFileSync(join(root, 'action', 'runner.ts'), 'utf8');
    const names = /OutputName =([^;]*);/.exec(runner)![1]!.match(/[a-z-]+/g);
    expect(Object.keys(outputs).sort()).toEqual(names!.sort());
  });
});

test.each([
  ['::error::pwned', ': :error::pwned'],
  ['  ::add-mask::x', '  : :add-mask::x'],
  ['a ##[error] b', 'a ## [error] b'],
  ['##[##[x', '## [## [x'],
  ['fine: a::b', 'fine: a::b'],
])('%s is no command', (line, plain) => {
  expect(plainLine(line)).toBe(plain);
});
