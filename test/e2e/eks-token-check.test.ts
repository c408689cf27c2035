import { describe, expect, it } from 'vitest';
import { eksToken } from '../../lib/adapters/eks-token.ts';
import { isEksToken } from './eks-token-check.ts';

const expected = {
  cluster: 'payments-eu-1',
  region: 'eu-central-1',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY',
};
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: expected.secretAccessKey };

const make = (change: Partial<typeof expected> = {}, session = {}): Promise<string> => {
  const { cluster, region, secretAccessKey } = { ...expected, ...change };
  const signed = { ...credentials, secretAccessKey, ...session };
  return eksToken({ cluster, region }, signed, new Date('2026-11-21T15:00:00Z'));
};

describe('an EKS cluster', () => {
  it('accepts a token that was signed for it', async () => {
    expect(isEksToken(await make(), expected)).toBe(true);
    expect(isEksToken(await make({}, { sessionToken: 'IQoJb3JpZ2lu/+==' }), expected)).toBe(true);
  });

  it.each<[string, Partial<typeof expected>]>([
    ['another cluster', { cluster: 'payments-us-1' }],
    ['another region', { region: 'eu-west-1' }],
    ['another secret', { secretAccessKey: 'guessed' }],
  ])('refuses a token signed with %s', async (_, change) => {
    expect(isEksToken(await make(change), expected)).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['another token', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln'],
    ['no address', 'k8s-aws-v1.AAAA'],
  ])('keeps out %s', (_, token) => {
    expect(isEksToken(token, expected)).toBe(false);
  });

  it('refuses a token that was changed after signing', async () => {
    const [head, url = ''] = (await make()).split('.');
    const changed = Buffer.from(url, 'base64url').toString().replace('X-Amz-Expires=60', 'X-Amz-Expires=6000');
    expect(isEksToken(`${head}.${Buffer.from(changed).toString('base64url')}`, expected)).toBe(false);
  });
});
