import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { awsRefusal } from '../../lib/local/aws-refusal.ts';
import { run } from './cli-world.ts';

const root = join(import.meta.dirname, '..', '..');
afterEach(() => vi.unstubAllEnvs());

/** The SDK itself, on a machine without an account. It sends no request: it gives up before that. */
const apply = (env: Readonly<Record<string, string>>) => {
  const nothing = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  for (const name of nothing) vi.stubEnv(name, undefined);
  const nowhere = { AWS_CONFIG_FILE: '/nowhere/config', AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials' };
  const none = { ...nowhere, AWS_EC2_METADATA_DISABLED: 'true', ...env };
  for (const [name, value] of Object.entries(none)) vi.stubEnv(name, value);
  const config = join(root, 'examples', 'flotilla.aws.config.yaml');
  return run(['catalogue', 'apply', '--config', config], { directory: root });
};

test.each([
  ['no region', {}, /^There is no AWS region: set AWS_REGION, or AWS_PROFILE .*\(Region is missing\)$/],
  [
    'no credentials',
    { AWS_REGION: 'eu-central-1' },
    /^There are no AWS credentials: sign in \(`aws sso login`\), or set AWS_PROFILE, .*\(Could not load/,
  ],
  ['a missing profile', { AWS_REGION: 'eu-central-1', AWS_PROFILE: 'nobody' }, /^There are no AWS credentials: /],
])('says what to do without an account: %s', async (_, env, message) => {
  expect(await apply(env)).toMatchObject({ status: 2, error: [expect.stringMatching(message)] });
});

test.each([
  ['ExpiredToken', /^The AWS credentials have expired: sign in .*\(what AWS says\)$/],
  ['UnrecognizedClientException', /^AWS does not know these credentials: sign in /],
])('%s from AWS, too', (name, message) => {
  const error = Object.assign(new Error('what AWS says'), { name });
  expect(awsRefusal(error)).toMatchObject({ name: 'ConfigurationInvalid', message: expect.stringMatching(message) });
});

test('leaves errors alone that do not concern the account', () => {
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  expect(awsRefusal(denied)).toBe(denied);
});
