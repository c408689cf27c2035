import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export interface EksTokenOptions {
  readonly cluster: string;
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
  readonly now?: () => number;
}

/** STS accepts a token for 15 minutes; one minute less allows for clock differences. */
const lifeMilliseconds = 14 * 60_000;

/** What an EKS control plane expects in `X-Amz-Expires`. */
const urlSeconds = 60;

/**
 * Bearer tokens for one EKS cluster. Signing needs no network. A token is kept for 14 minutes, or as long as its
 * credentials are valid.
 */
export class EksTokens {
  readonly #options: EksTokenOptions;
  #token: { readonly text: string; readonly until: number } | undefined;

  constructor(options: EksTokenOptions) {
    this.#options = options;
  }

  async get(): Promise<string> {
    const now = this.#options.now?.() ?? Date.now();
    if (this.#token !== undefined && now < this.#token.until) return this.#token.text;
    const credentials = await this.#options.credentials();
    const text = await eksToken(this.#options, credentials, new Date(now));
    const until = Math.min(now + lifeMilliseconds, credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY);
    this.#token = { text, until };
    return text;
  }

  /** After a 401: the next `get` signs again. */
  renew(): void {
    this.#token = undefined;
  }
}

/** `k8s-aws-v1.` and a presigned GetCallerIdentity. The cluster's name is a signed header that is not in the query. */
export async function eksToken(
  { cluster, region }: Pick<EksTokenOptions, 'cluster' | 'region'>,
  credentials: AwsCredentials,
  signingDate: Date,
): Promise<string> {
  const hostname = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const signed = await signer.presign(
    {
      protocol: 'https:',
      hostname,
      method: 'GET',
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': cluster },
    },
    { expiresIn: urlSeconds, signingDate, unhoistableHeaders: new Set(['x-k8s-aws-id']) },
  );
  const query = Object.entries(signed.query ?? {})
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${query}`).toString('base64url')}`;
}
