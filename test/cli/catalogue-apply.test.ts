import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoredConfiguration } from '../../functions/runtime/configuration.ts';
import { parseConfiguration } from '../../lib/domain/catalogue/parse-configuration.ts';
import { run } from './cli-world.ts';

const cloudFormation = mockClient(CloudFormationClient);
const s3 = mockClient(S3Client);
const secrets = mockClient(SecretsManagerClient);
const secretArn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:HarnessSecret-x1';

const outputs = (...pairs: readonly (readonly [string, string])[]) => ({
  Stacks: [
    {
      StackName: 'x',
      CreationTime: new Date(0),
      StackStatus: 'CREATE_COMPLETE' as const,
      Outputs: pairs.map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
    },
  ],
});

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  for (const client of [cloudFormation, s3, secrets]) client.reset();
  cloudFormation
    .on(DescribeStacksCommand)
    .rejects(Object.assign(new Error('Stack with id x does not exist'), { name: 'ValidationError' }));
  for (const stage of ['dev', 'prod']) {
    cloudFormation
      .on(DescribeStacksCommand, { StackName: `flotilla-${stage}-state` })
      .resolves(outputs(['DocumentsBucket', `documents-of-${stage}`], ['HarnessSecretId', secretArn]));
  }
  s3.on(PutObjectCommand).resolves({});
  secrets.on(PutSecretValueCommand).resolves({});
  secrets.on(DescribeSecretCommand).resolves({ VersionIdsToStages: { v1: ['AWSCURRENT'] } });
});

const directory = mkdtempSync(join(tmpdir(), 'flotilla-apply-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
  vi.unstubAllEnvs();
  for (const client of [cloudFormation, s3, secrets]) client.restore();
});

const harness = "harness: { account: acme, org: payments, project: releases, api_key: '${HARNESS_API_KEY}' }\n";
const cluster = 'clusters: { eu-1: { eks: payments-eu-1 } }\n';
const pillars = `pillars:
  shared: { harness: { pipeline: deploy, trigger: flotilla, webhook_token: '\${SHARED_TOKEN}' } }
  risk: { harness: { pipeline: deploy, trigger: risk, webhook_token: written-here } }
`;
const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
write('flotilla.config.yaml', cluster + harness + pillars);
write('prod.yaml', `${cluster + harness}aws: { stage: prod, throttle_rate: 3 }\n`);
write(
  'kubeconfig.yaml',
  `clusters: { eu-1: { kubeconfig: k }, try: { simulated: true } }\nharness: { simulated: true }\n`,
);
write(
  'elsewhere.yaml',
  `clusters: { eu-1: { eks: p, region: eu-west-1, role: "arn:aws:iam::444455556666:role/x" } }\n${harness}`,
);
write('stage.yaml', `${cluster + harness}aws: { stage: Prod }\n`);
write('wrong.yaml', `clusters: {}\n${harness}`);

const env = { HARNESS_API_KEY: 'pat.acme.secret-key', SHARED_TOKEN: 'secret-token' };
const apply = (argv: readonly string[] = [], given: Readonly<Record<string, string>> = {}) =>
  run(['catalogue', 'apply', ...argv], { directory, env: given });

describe('catalogue apply', () => {
  test('puts the document without secrets, even when the environment has them', async () => {
    const { status, out } = await apply([], env);
    expect(status).toBe(0);
    const { input } = s3.commandCalls(PutObjectCommand)[0]!.args[0];
    expect(input).toMatchObject({ Bucket: 'documents-of-dev', Key: 'configuration.json' });
    expect(input.Body).not.toMatch(/secret|written-here|HARNESS_API_KEY/);
    expect(secrets.commandCalls(PutSecretValueCommand)).toEqual([]);
    expect(out.join('\n')).toMatch(
      /is the catalogue of stage dev now, at s3:\/\/documents-of-dev\/configuration\.json/,
    );
    expect(out.join('\n')).toMatch(/left alone/);
  });

  test('puts what the functions read', async () => {
    await apply(['--with-secrets'], env);
    const document = s3.commandCalls(PutObjectCommand)[0]!.args[0].input.Body as string;
    const secret = secrets.commandCalls(PutSecretValueCommand)[0]!.args[0].input;
    expect(secret.SecretId).toBe(secretArn);
    const documents = { get: async () => document, put: async () => {}, remove: async () => {} };
    const stored = new StoredConfiguration({ documents, clock: { now: () => 0, sleep: async () => {} } });
    const wanted = parseConfiguration(cluster + harness + pillars, { readFile: () => undefined, env });
    const { catalogue, connections } = await stored.get();
    const { host, ...values } = JSON.parse(secret.SecretString!);
    expect(host).toBe('app.harness.io');
    const filled = { ...connections, harness: { ...connections.harness, ...values } };
    expect({ catalogue, connections: filled }).toEqual('configuration' in wanted && wanted.configuration);
  });

  test('reports a secret without a value, with the command that fills it, and shows no secret', async () => {
    secrets.on(DescribeSecretCommand).resolves({});
    const { status, out } = await apply([], env);
    expect(status).toBe(0);
    expect(out.at(-1)).toBe('  flotilla catalogue apply --stage dev --with-secrets');
    const named = await apply(['--config', 'prod.yaml', '--json'], env);
    expect(JSON.parse(named.out[0]!).next).toBe(
      'flotilla catalogue apply --stage prod --config prod.yaml --with-secrets',
    );
    expect(out.join()).not.toMatch(/secret-key|secret-token|written-here/);
  });

  test.each([
    [
      'with none',
      'none',
      /no function may assume the role arn:aws:iam::444455556666:role\/x; add it to aws\.cluster_roles/,
    ],
    ['with this one', 'arn:aws:iam::444455556666:role/x', undefined],
    ['with a pattern', 'arn:aws:iam::1:role/y arn:aws:iam::444455556666:role/*', undefined],
    ['with a stage of an earlier version, which does not say', undefined, undefined],
  ])('accepts a cluster in another account where functions may go there: %s', async (_, roles, problem) => {
    const said = [
      ['DocumentsBucket', 'documents'],
      ['HarnessSecretId', secretArn],
    ] as const;
    const all = roles === undefined ? said : [...said, ['AssumableRoles', roles] as const];
    cloudFormation.on(DescribeStacksCommand, { StackName: 'flotilla-dev-state' }).resolves(outputs(...all));
    const { status, error } = await apply(['--config', 'elsewhere.yaml'], env);
    expect(status === 0).toBe(problem === undefined);
    if (problem !== undefined) expect(error.join('\n')).toMatch(problem);
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(problem === undefined ? 1 : 0);
  });

  test('--with-secrets puts key and tokens, and prints neither', async () => {
    const { status, out, error } = await apply(['--with-secrets', '--json'], env);
    expect(status).toBe(0);
    const { SecretString } = secrets.commandCalls(PutSecretValueCommand)[0]!.args[0].input;
    expect(JSON.parse(SecretString!)).toEqual({
      host: 'app.harness.io',
      api_key: env.HARNESS_API_KEY,
      webhook_tokens: { shared: env.SHARED_TOKEN, risk: 'written-here' },
    });
    expect(JSON.parse(out[0]!)).toEqual({
      stage: 'dev',
      document: 's3://documents-of-dev/configuration.json',
      secret: secretArn,
      secretState: 'written',
    });
    expect([...out, ...error].join()).not.toMatch(/secret-key|secret-token|written-here/);
  });

  test.each([
    [['--config', 'prod.yaml'], 'documents-of-prod'],
    [['--config', 'prod.yaml', '--stage', 'dev'], 'documents-of-dev'],
    [['--stage', 'prod'], 'documents-of-prod'],
  ])('%j goes to %s', async (argv, bucket) => {
    expect((await apply(argv)).status).toBe(0);
    expect(s3.commandCalls(PutObjectCommand)[0]!.args[0].input.Bucket).toBe(bucket);
  });

  test.each([
    [
      'missing variables that --with-secrets needs',
      ['--with-secrets'],
      /HARNESS_API_KEY is not set[\s\S]*SHARED_TOKEN is not set/,
    ],
    ['an invalid configuration', ['--config', 'wrong.yaml'], /at least one cluster is needed/],
    ['a missing file', ['--config', 'none.yaml'], /none\.yaml cannot be read/],
    [
      'a stage that cannot be deployed',
      ['--stage', 'Bad Stage'],
      /^--stage: "Bad Stage" is not allowed; it takes 1 to 20/,
    ],
    [
      'such a stage in the configuration',
      ['--config', 'stage.yaml'],
      /\/stage\.yaml, aws\.stage: "Prod" is not allowed; it takes/,
    ],
    ['a missing stage', ['--stage', 'none'], /no stack flotilla-none-state in eu-central-1 .*-c stage=none/],
    [
      'an installation on this machine',
      ['--config', 'kubeconfig.yaml'],
      /clusters\.eu-1: a kubeconfig is[\s\S]*clusters\.try: a simulated cluster[\s\S]*harness: the simulated Harness/,
    ],
  ])('refuses %s, and puts nothing', async (_, argv, message) => {
    const { status, error } = await apply(argv);
    expect(status).toBe(2);
    expect(error.join('\n')).toMatch(message);
    expect(s3.calls()).toEqual([]);
    expect(secrets.calls()).toEqual([]);
  });

  test('puts the AWS example in its own stage', async () => {
    const example = join(import.meta.dirname, '..', '..', 'examples', 'flotilla.aws.config.yaml');
    const { status, out, error } = await apply(['--config', example]);
    expect({ status, error }).toEqual({ status: 0, error: [] });
    expect(out[0]).toMatch(/is the catalogue of stage prod now/);
    expect(s3.commandCalls(PutObjectCommand)[0]!.args[0].input.Body).toContain('"eks":"payments-eu-1"');
  });

  test('puts nothing without a configuration', async () => {
    const { status, error } = await run(['catalogue', 'apply'], { directory: '/nowhere' });
    expect({ status, error }).toEqual({ status: 2, error: [expect.stringMatching(/no flotilla\.config\.yaml here/)] });
  });

  test('reports a stack of an earlier release', async () => {
    cloudFormation.on(DescribeStacksCommand).resolves(outputs(['Table', 'x']));
    const { status, error } = await apply(['--stage', 'old']);
    expect({ status, last: error.at(-1) }).toEqual({
      status: 2,
      last: expect.stringMatching(/neither where documents nor/),
    });
  });
});
