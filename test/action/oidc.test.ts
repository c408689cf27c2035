import { expect, onTestFinished, test } from 'vitest';
import { batch, deployment, deployments, ended, event, realHealth } from '../cli/answers.ts';
import { startFakeApi } from '../cli/cli-world.ts';
import { releaseYaml } from '../usecases/batch/api-world.ts';
import { folderWith, runStep } from './action-world.ts';
import {
  accessToken,
  clientId,
  clientSecret,
  type GitHubScript,
  idToken,
  startScriptedGitHub,
} from './scripted-github.ts';

const role = 'arn:aws:iam::111122223333:role/flotilla-ci';

const deployed = async (script: GitHubScript = {}, env: Readonly<Record<string, string>> = {}) => {
  const github = await startScriptedGitHub(script);
  const api = await startFakeApi({
    'GET /health': { body: realHealth },
    'POST /batches': { status: 202, body: batch() },
    'GET /batches/B1': { body: ended('SUCCESS') },
    'GET /batches/B1/deployments?limit=1000': { body: deployments(deployment({ status: 'SUCCESS' })) },
    'GET /batches/B1/events?after=0&wait=10&limit=1000': {
      body: { batch_id: 'B1', events: [event(1, {})], next_after: 1, ended: true },
    },
    'GET /batches/B1/report?format=json': { body: '{}' },
    'GET /batches/B1/report?format=junit': { body: '' },
  });
  onTestFinished(async () => {
    await Promise.all([github.close(), api.close()]);
  });
  const ran = await runStep(
    {
      ...{ mode: 'deploy', files: 'release.yaml', url: api.url, auth: 'oidc', role },
      ...{ 'aws-region': 'eu-central-1', 'client-secret-name': 'flotilla/dev/ci' },
    },
    { directory: folderWith({ 'release.yaml': releaseYaml }), env: { ...github.env, ...env } },
  );
  return { ...ran, github, api };
};

const secrets = [idToken, 'lent-secret-key', 'lent-session-token', clientSecret, accessToken];

test('GitHub vouches, AWS lends a role, the role reads the client, and the client gets a token', async () => {
  const { status, github, api, ...ran } = await deployed();
  expect(status).toBe(0);
  const [oidc, lent, secret, token] = github.asked;
  expect(oidc).toMatchObject({
    request: 'GET /oidc?job=1&audience=sts.amazonaws.com',
    headers: { authorization: 'Bearer runtime-token' },
  });
  const form = Object.fromEntries(new URLSearchParams(lent!.body));
  expect(form).toMatchObject({
    ...{ Action: 'AssumeRoleWithWebIdentity', RoleArn: role, RoleSessionName: 'flotilla-4711' },
    ...{ WebIdentityToken: idToken, DurationSeconds: '900' },
  });
  expect(lent!.headers.authorization).toBeUndefined();
  expect(JSON.parse(secret!.body)).toEqual({ SecretId: 'flotilla/dev/ci' });
  expect(secret!.headers).toMatchObject({
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=ASIAFLOTILLATEST0001\/\d{8}\/eu-central-1\/secretsmanager\//,
    ),
    'x-amz-security-token': 'lent-session-token',
  });
  expect(token!.headers.authorization).toBe(`Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`);
  expect(new Set(api.received.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${accessToken}`]));
  expect(ran.secrets).toEqual(expect.arrayContaining(secrets));
  expect(github.asked).toHaveLength(4);
});

test('no secret is in a line, an output, a summary or an annotation', async () => {
  const { secrets: _, api: __, github: ___, ...told } = await deployed();
  for (const one of secrets) expect(JSON.stringify(told)).not.toContain(one);
});

const wrong = { status: 403, message: `AccessDenied for ${idToken}`, headers: { 'x-amzn-errortype': 'AccessDenied' } };

test.each<[string, GitHubScript, Readonly<Record<string, string>>, number, string]>([
  [
    'a job that may not ask',
    {},
    { ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' },
    2,
    'This job may not ask for an OIDC token. Give it `permissions: { id-token: write }`; a pull request from a fork never has it.',
  ],
  [
    'GitHub refuses',
    { answers: { 'GET /oidc': [{ status: 403 }] } },
    {},
    6,
    'GitHub gave no OIDC token: it answered 403.',
  ],
  [
    'the role is not for it',
    { answers: { 'POST /aws': [wrong] } },
    {},
    6,
    `AWS does not let this workflow assume ${role}: `,
  ],
  [
    'a secret that contains no client',
    { secret: 'plain-password' },
    {},
    2,
    'The secret flotilla/dev/ci is not JSON with token_url, client_id and client_secret.',
  ],
  [
    'a client that the stage does not know',
    { answers: { 'POST /oauth2': [{ status: 400 }] } },
    {},
    6,
    'answered 400. Are FLOTILLA_CLIENT_ID and FLOTILLA_CLIENT_SECRET right?',
  ],
])('%s', async (_, script, env, status, told) => {
  const ran = await deployed(script, env);
  expect([ran.status, ran.annotations[0]?.message]).toEqual([status, expect.stringContaining(told)]);
  expect(JSON.stringify([ran.annotations, ran.lines, ran.summary])).not.toMatch(/plain-password|eyJhbGci/);
  expect(ran.api.received).toEqual([]);
});
