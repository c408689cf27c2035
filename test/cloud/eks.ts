import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EksCluster {
  readonly endpoint: string;
  /** PEM. */
  readonly authority: string;
}

export interface Eks {
  readonly url: string;
  /** What DescribeCluster returns from now on. */
  add(name: string, cluster: EksCluster): void;
  close(): Promise<void>;
}

/**
 * As much of the EKS API as Flotilla uses, DescribeCluster: the emulator's own would start a cluster in a container.
 */
export const startEks = async (): Promise<Eks> => {
  const clusters = new Map<string, EksCluster>();
  const server = createServer((request, response) => {
    const name = /^\/clusters\/([^/?]+)$/.exec(request.url ?? '')?.[1] ?? '';
    const found = request.method === 'GET' ? clusters.get(name) : undefined;
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'application/json', 'x-amzn-errortype': 'ResourceNotFoundException' });
      response.end(JSON.stringify({ message: `No cluster found for name: ${name}.` }));
      return;
    }
    const certificateAuthority = { data: Buffer.from(found.authority).toString('base64') };
    const cluster = { name, status: 'ACTIVE', endpoint: found.endpoint, certificateAuthority };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ cluster }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (name, cluster) => {
      clusters.set(name, cluster);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
