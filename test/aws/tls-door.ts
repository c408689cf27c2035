import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificates } from '../certificates.ts';

/** A request of EKS's clients is a GET, and its token is what matters. */
const handOn =
  (target: string): RequestListener =>
  (request, response) => {
    const { authorization = '', accept = '*/*' } = request.headers;
    fetch(`${target}${request.url}`, { headers: { authorization, accept } })
      .then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
        response.end(await answer.text());
      })
      .catch(() => response.destroy());
  };

export interface TlsDoor {
  readonly endpoint: string;
  /** PEM. */
  readonly authority: string;
}

/** HTTPS on this machine in front of an address without: what the emulator's gateway lacks. */
export const openTlsDoor = async (
  held: AsyncDisposableStack,
  { folder, target }: { readonly folder: string; readonly target: string },
): Promise<TlsDoor> => {
  const { key, certificate, authority } = await makeCertificates(folder, 'relay');
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, handOn(target));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  held.defer(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { endpoint: `https://127.0.0.1:${port}`, authority: readFileSync(authority, 'utf8') };
};
