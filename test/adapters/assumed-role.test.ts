import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { AssumedRole } from '../../lib/adapters/assumed-role.ts';

const sts = mockClient(STSClient);
afterEach(() => sts.reset());

const role = 'arn:aws:iam::444455556666:role/flotilla-clusters';
const start = Date.UTC(2026, 10, 30, 12);
const minutes = (count: number): number => count * 60_000;
const given = (key: string, until: number) => ({
  Credentials: {
    AccessKeyId: key,
    SecretAccessKey: `secret-${key}`,
    SessionToken: `token-${key}`,
    Expiration: new Date(until),
  },
});
const refused = (name: string, message: string) => Object.assign(new Error(message), { name });

/** A role, and the times at which it sees requests. */
const assuming = (externalId?: string) => {
  const time = { now: start };
  const options = {
    role,
    externalId,
    session: 'flotilla-prod-read-logs',
    client: new STSClient({ region: 'eu-west-1' }),
  };
  return { time, assumed: new AssumedRole({ ...options, now: () => time.now }) };
};

describe('a role of another account', () => {
  it('is assumed under the name of the function, with the external id', async () => {
    sts.on(AssumeRoleCommand).resolves(given('A', start + minutes(60)));
    const { assumed } = assuming('ext-1');
    expect(await assumed.credentials()).toEqual({
      ...{ accessKeyId: 'A', secretAccessKey: 'secret-A', sessionToken: 'token-A' },
      expiration: new Date(start + minutes(60)),
    });
    expect(sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input)).toEqual([
      { RoleArn: role, RoleSessionName: 'flotilla-prod-read-logs', ExternalId: 'ext-1' },
    ]);
  });

  it.each([
    ['at once', 0, ['A', 'A'], 1],
    ['five minutes before its end', 55, ['A', 'B'], 2],
    ['a moment before that', 54, ['A', 'A'], 1],
  ])('asks for credentials again only when the old ones are about to expire: %s', async (_, after, keys, calls) => {
    sts
      .on(AssumeRoleCommand)
      .resolvesOnce(given('A', start + minutes(60)))
      .resolves(given('B', start + minutes(120)));
    const { assumed, time } = assuming();
    const first = await assumed.credentials();
    time.now += minutes(after);
    const second = await assumed.credentials();
    expect([first.accessKeyId, second.accessKeyId]).toEqual(keys);
    expect(sts.commandCalls(AssumeRoleCommand)).toHaveLength(calls);
  });

  it('asks for credentials once when several callers need them at the same time', async () => {
    sts.on(AssumeRoleCommand).resolves(given('A', start + minutes(60)));
    const { assumed } = assuming();
    await Promise.all([assumed.credentials(), assumed.credentials()]);
    expect(sts.commandCalls(AssumeRoleCommand)).toHaveLength(1);
  });

  it('asks again after a request that failed', async () => {
    sts
      .on(AssumeRoleCommand)
      .rejectsOnce(refused('TimeoutError', 'slow'))
      .resolves(given('A', start + minutes(60)));
    const { assumed } = assuming();
    await expect(assumed.credentials()).rejects.toThrow('TimeoutError');
    expect((await assumed.credentials()).accessKeyId).toBe('A');
  });

  it.each([
    [
      refused('AccessDenied', 'User: x is not authorized'),
      undefined,
      /is not given to us: its trust policy has to name the role of this function, and aws\.cluster_roles/,
      true,
    ],
    [
      refused('AccessDenied', 'User: x is not authorized'),
      'ext-secret',
      /the role of this function, with the external id of the configuration, and/,
      true,
    ],
    [refused('TimeoutError', 'slow'), undefined, /cannot be assumed: TimeoutError: slow$/, undefined],
  ])('reports a refused role without its external id: %s', async (error, externalId, words, permanent) => {
    sts.on(AssumeRoleCommand).rejects(error);
    const failure = await assuming(externalId)
      .assumed.credentials()
      .catch((one: Error) => one);
    expect(failure).toMatchObject({ name: 'ClusterUnavailable', message: expect.stringMatching(words) });
    expect((failure as { details?: { permanent?: boolean } }).details?.permanent).toBe(permanent);
    expect((failure as Error).message).not.toContain('ext-secret');
  });
});
