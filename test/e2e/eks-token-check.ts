import { createHash, createHmac } from 'node:crypto';

export interface Expectation {
  readonly cluster: string;
  readonly region: string;
  readonly secretAccessKey: string;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Whether a bearer token is valid for an EKS cluster. This repeats what its control plane asks STS, by the published
 * rules of Signature Version 4, without the library that made the token.
 */
export const isEksToken = (token: string, { cluster, region, secretAccessKey }: Expectation): boolean => {
  const [, encoded] = /^k8s-aws-v1\.([\w-]+)$/.exec(token) ?? [];
  const url = URL.parse(Buffer.from(encoded ?? '', 'base64url').toString());
  if (url === null || url.protocol !== 'https:' || url.host !== `sts.${region}.amazonaws.com`) return false;
  const query = url.searchParams;
  const date = query.get('X-Amz-Date') ?? '';
  const scope = `${date.slice(0, 8)}/${region}/sts/aws4_request`;
  const isAsked =
    query.get('Action') === 'GetCallerIdentity' && query.get('X-Amz-SignedHeaders') === 'host;x-k8s-aws-id';
  if (!isAsked || query.get('X-Amz-Credential')?.endsWith(`/${scope}`) !== true) return false;
  const signed = [...query].filter(([name]) => name !== 'X-Amz-Signature');
  const canonical = [
    ...[
      'GET',
      url.pathname,
      signed
        .map(([name, value]) => `${encode(name)}=${encode(value)}`)
        .sort()
        .join('&'),
    ],
    ...[`host:${url.host}`, `x-k8s-aws-id:${cluster}`, '', 'host;x-k8s-aws-id', hash('')],
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return query.get('X-Amz-Signature') === hmac(key, text).toString('hex');
};
