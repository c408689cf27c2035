import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret-example',
  sessionToken: 'session-example',
};

/** AWS Signature Version 4 of a presigned request by its specification, written a second time. */
const signatureOf = (request: IncomingMessage, url: URL): string => {
  const encoded = (part: string): string =>
    encodeURIComponent(part).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const of = (name: string): string => url.searchParams.get(name) ?? '';
  const query = [...url.searchParams]
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, value]) => `${encoded(key)}=${encoded(value)}`)
    .sort();
  const names = of('X-Amz-SignedHeaders').split(';');
  const headers = names.map((name) => `${name}:${request.headers[name] ?? ''}\n`);
  const lines = [request.method, url.pathname, query.join('&'), headers.join(''), names.join(';'), 'UNSIGNED-PAYLOAD'];
  const [, ...scope] = of('X-Amz-Credential').split('/');
  const text = ['AWS4-HMAC-SHA256', of('X-Amz-Date'), scope.join('/'), sha(lines.join('\n'))].join('\n');
  const key = scope.reduce<string | Buffer>((last, part) => mac(last, part), `AWS4${credentials.secretAccessKey}`);
  return mac(key, text).toString('hex');
};

const mustBeSigned = ['content-length', 'content-type', 'host', 'if-none-match', 'x-amz-checksum-sha256'];

/** Why S3 would refuse a presigned request; undefined when S3 would accept it. */
const refusalOf = (request: IncomingMessage, url: URL, now: number): string | undefined => {
  const of = (name: string): string => url.searchParams.get(name) ?? '';
  const [key, , region, service] = of('X-Amz-Credential').split('/');
  if (`${key} ${region} ${service}` !== `${credentials.accessKeyId} eu-central-1 s3`) return 'InvalidAccessKeyId';
  if (of('X-Amz-Security-Token') !== credentials.sessionToken) return 'InvalidToken';
  if (of('X-Amz-SignedHeaders') !== mustBeSigned.join(';')) return 'HeadersNotSigned';
  if (of('X-Amz-Signature') !== signatureOf(request, url)) return 'SignatureDoesNotMatch';
  const begin = Date.parse(of('X-Amz-Date').replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
  return now < begin + Number(of('X-Amz-Expires')) * 1000 ? undefined : 'AccessDenied';
};

/** What S3 checks after the signature. */
const contentRefusal = (request: IncomingMessage, body: Buffer, isThere: boolean): string | undefined => {
  const { 'if-none-match': none, 'x-amz-checksum-sha256': checksum } = request.headers;
  if (checksum !== createHash('sha256').update(body).digest('base64')) return 'BadDigest';
  return isThere && none === '*' ? 'PreconditionFailed' : undefined;
};

const bytesOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** A bucket that accepts presigned PUTs as S3 does, and serves objects to any caller. */
export const startBucket = async (now: () => number) => {
  const objects = new Map<string, { readonly body: Buffer; readonly at: number }>();
  const refusals: string[] = [];
  const server = createServer({ keepAliveTimeout: 600_000 }, async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const body = await bytesOf(request);
    if (request.method === 'PUT') {
      const refusal = refusalOf(request, url, now()) ?? contentRefusal(request, body, objects.has(url.pathname));
      if (refusal === undefined) objects.set(url.pathname, { body, at: now() });
      else refusals.push(refusal);
      response.writeHead(refusal === undefined ? 200 : 403).end(refusal);
      return;
    }
    const object = objects.get(url.pathname);
    if (object === undefined) {
      response.writeHead(404, { 'content-type': 'application/xml' });
      response.end('<Error><Code>NoSuchKey</Code><Message>There is none.</Message></Error>');
      return;
    }
    response.writeHead(200, {
      'content-length': object.body.length,
      'last-modified': new Date(object.at).toUTCString(),
    });
    response.end(object.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${port}`, objects, refusals, close };
};
