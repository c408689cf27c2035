import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { FlotillaError } from '../../domain/errors.ts';
import { isLoopback, withoutBrackets } from '../../domain/safe-address.ts';

const loopbackNames: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

const withoutPort = (host: string): string => host.replace(/:\d+$/, '').toLowerCase();

/**
 * Whether a request addresses a loopback server by a name of this machine. A web page may own any other name (DNS
 * rebinding).
 */
export const isOwnHost = (host = ''): boolean => loopbackNames.includes(withoutPort(host));

export interface Place {
  /** The address that the server listens on. */
  readonly host: string;
  /** Additional names of the server, such as the name of a proxy in front of it. */
  readonly names?: readonly string[];
}

/**
 * Rejects requests that foreign web pages make a browser send. The Origin gives such a page away. The Host gives away a
 * page that reaches this server by a name it owns. Nobody owns a numeric address.
 */
export const checkPlace = (request: IncomingMessage, { host: address, names = [] }: Place): void => {
  const { host = '', origin } = request.headers;
  const name = withoutPort(host);
  const isCalledSo =
    isOwnHost(host) || names.includes(name) || (!isLoopback(address) && isReached(name, address.toLowerCase()));
  if (!isCalledSo) {
    const problem =
      host === ''
        ? 'The Host header of this request is empty. Send the address of this server.'
        : `This server is not called ${host}. Use its address, or start it with --name.`;
    throw new FlotillaError('Forbidden', problem);
  }
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    throw new FlotillaError('Forbidden', `Pages of ${origin} may not use this server.`);
  }
};

const isReached = (name: string, address: string): boolean =>
  isIP(withoutBrackets(name)) !== 0 || name === address || name === hostname().toLowerCase();
