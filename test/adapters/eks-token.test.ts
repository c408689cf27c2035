import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EksTokens, eksToken } from '../../lib/adapters/eks-token.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-example', sessionToken: 'session-example' };
const at = new Date('2026-03-04T05:06:07Z');
const where = { cluster: 'prod-1', region: 'eu-central-1' };

const urlOf = (token: string): URL => new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString());

/** AWS Signature Version 4 by its specification, written a second time. */
function signatureOf(url: URL): string {
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const query = [...url.searchParams]
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const headers = `host:${url.host}\nx-k8s-aws-id:${where.cluster}\n`;
  const request = ['GET', '/', query, headers, 'host;x-k8s-aws-id', sha('')].join('\n');
  const scope = `20260304/${where.region}/sts/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', '20260304T050607Z', scope, sha(request)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((last, part) => mac(last, part), `AWS4${credentials.secretAccessKey}`);
  return mac(key, text).toString('hex');
}

describe('an EKS token', () => {
  it('is a presigned GetCallerIdentity at the regional host', async () => {
    const token = await eksToken(where, credentials, at);
    expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
    const url = urlOf(token);
    expect(url.host).toBe('sts.eu-central-1.amazonaws.com');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Expires': '60',
      'X-Amz-Security-Token': 'session-example',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    });
  });

  it('signs the name of the cluster as a header, which a query parameter would not do', async () => {
    const url = urlOf(await eksToken(where, credentials, at));
    expect([...url.searchParams.keys()].map((key) => key.toLowerCase())).not.toContain('x-k8s-aws-id');
    expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(url));
  });

  it('knows the other partition', async () => {
    const url = urlOf(await eksToken({ ...where, region: 'cn-north-1' }, credentials, at));
    expect(url.host).toBe('sts.cn-north-1.amazonaws.com.cn');
  });
});

describe('tokens', () => {
  const minutes = (count: number) => at.getTime() + count * 60_000;

  it.each([
    { what: 'stays the same for 14 minutes', later: minutes(13.9), expiration: undefined, same: true },
    { what: 'is a new one after 14 minutes', later: minutes(14), expiration: undefined, same: false },
    {
      what: 'is a new one when the credentials have expired',
      later: minutes(5),
      expiration: new Date(minutes(5)),
      same: false,
    },
  ])('$what', async ({ expiration, later, same }) => {
    let now = at.getTime();
    const tokens = new EksTokens({
      ...where,
      credentials: async () => ({ ...credentials, ...(expiration && { expiration }) }),
      now: () => now,
    });
    const first = await tokens.get();
    now = later;
    expect((await tokens.get()) === first).toBe(same);
  });

  it('is made again on demand, after a 401', async () => {
    let asked = 0;
    const tokens = new EksTokens({
      ...where,
      credentials: async () => {
        asked += 1;
        return credentials;
      },
      now: () => at.getTime(),
    });
    await tokens.get();
    await tokens.get();
    expect(asked).toBe(1);
    tokens.renew();
    await tokens.get();
    expect(asked).toBe(2);
  });
});
