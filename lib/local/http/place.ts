import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { FlotillaError } from '../../domain/errors.ts';
import { isLoopback, withoutBrackets } from '../../domain/safe-address.ts';

const loopbackNames: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

const withoutPort = (host: string): string => host.replace(/:\d+$/, '').toLowerCase();

/** Whether a request calls a server that listens on loopback by a name of this machine. A page may own any other (DNS rebinding). */
export const isOwnHost = (host = ''): boolean => loopbackNames.includes(withoutPort(host));

export interface Place {
  /** The address that the server listens on. */
  readonly host: string;
  /** Names by which it is called besides, for example that of a proxy in front of it. */
  readonly names?: readonly string[];
}

/**
 * Refuses what web pages of others make a browser send: such a page is told by its Origin, and one that calls itself this server by
 * a name that it owns by its Host. An address in figures is nobody's name.
 */
export const checkPlace = (request: IncomingMessage, { host: address, names = [] }: Place): void => {
  const { host = '', origin } = request.headers;
  const name = withoutPort(host);
  const isCalledSo =
    isOwnHost(host) || names.includes(name) || (!isLoopback(address) && isReached(name, address.toLowerCase()));
  if (!isCalledSo) {
    const problem =
      host === ''
        ? 'The Host of this request is empty. Send the address of this server in it.'
        : `This server is not called ${host}. Use its address, or start it with --name.`;
    throw new FlotillaError('Forbidden', problem);
  }
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    throw new FlotillaError('Forbidden', `Pages of ${origin} may not use this server.`);
  }
};

const isReached = (name: string, address: string): boolean =>
  isIP(withoutBrackets(name)) !== 0 || name === address || name === hostname().toLowerCase();
