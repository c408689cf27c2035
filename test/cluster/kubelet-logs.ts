import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ApiStatus } from '../../lib/simulators/cluster/api-status.ts';
import type { Pod } from '../../lib/simulators/cluster/kube-object.ts';
import { podLog } from '../../lib/simulators/cluster/reading.ts';
import { makeCertificates } from '../certificates.ts';

/** The port of a kubelet, where the API server asks for logs: `/containerLogs/NAMESPACE/POD/CONTAINER`. */
export const serveLogs = async (
  folder: string,
  find: (namespace: string, name: string) => Pod | undefined,
): Promise<{ readonly port: number; readonly close: () => void }> => {
  const { key, certificate } = await makeCertificates(folder, 'kubelet');
  const options = { key: readFileSync(key), cert: readFileSync(certificate) };
  const server = createServer(options, ({ url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'https://kubelet');
    const [, what, namespace = '', name = '', container = ''] = pathname.split('/');
    const pod = what === 'containerLogs' ? find(namespace, name) : undefined;
    if (pod === undefined) {
      response.writeHead(404).end('not found');
      return;
    }
    searchParams.set('container', container);
    try {
      const text = podLog(pod, searchParams);
      response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
    } catch (error) {
      const { code, message } = error instanceof ApiStatus ? error : new ApiStatus(500, 'InternalError', String(error));
      response.writeHead(code, { 'content-type': 'text/plain' }).end(message);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, close };
};
