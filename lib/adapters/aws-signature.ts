import { timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The largest clock difference, as on AWS. */
const skew = 5 * 60_000;

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

/** Whether the sender of a request has the key: signs it again as the SDKs do (Signature Version 4), and compares. */
export const isSignedWith = async (key: SigningKey, request: SignedRequest, now: number): Promise<boolean> => {
  const [, accessKeyId, region, service, names = '', signature] = form.exec(headerOf(request, 'authorization')) ?? [];
  const signedAt = timeOf(headerOf(request, 'x-amz-date'));
  if (accessKeyId !== key.accessKeyId || region === undefined || service === undefined) return false;
  if (signature === undefined || !(Math.abs(now - signedAt) <= skew)) return false;
  const signed = names.split(';');
  // Anything unsigned could have been replaced.
  if (!['host', 'x-amz-date', 'x-amz-target'].every((name) => signed.includes(name))) return false;
  const signer = new SignatureV4({ service, region, credentials: key, sha256: Sha256, applyChecksum: false });
  const { headers } = await signer.sign(
    {
      protocol: 'http:',
      hostname: '127.0.0.1',
      method: request.method,
      path: request.path,
      query: {},
      headers: Object.fromEntries(signed.map((name) => [name, headerOf(request, name)])),
      body: request.body,
    },
    { signingDate: new Date(signedAt), signableHeaders: new Set(signed) },
  );
  const [, , , , , expected = ''] = form.exec(headers.authorization ?? '') ?? [];
  const [one, other] = [Buffer.from(signature), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
};

const headerOf = ({ headers }: Pick<SignedRequest, 'headers'>, name: string): string => String(headers[name] ?? '');

/** `20261129T160000Z`. */
const timeOf = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
