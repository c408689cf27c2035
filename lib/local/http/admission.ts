import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { FlotillaError } from '../../domain/errors.ts';
import { isOwnHost } from './place.ts';

/** An empty one is none: whoever sends nothing has it. A command that failed leaves such a one in a variable. */
export const isToken = (token: string | undefined): token is string => token !== undefined && token !== '';

/**
 * Who may ask. With a token, whoever has it. Without one only this machine reaches the server, but so do the web pages
 * that its browsers show: a foreign page is told by its Origin, and one that calls itself this host by a name that it
 * owns (DNS rebinding) by its Host.
 */
export const admit = (request: IncomingMessage, token: string | undefined): void => {
  if (request.method === 'GET' && request.url === '/health') return;
  if (isToken(token)) checkToken(request, token);
  else checkPlace(request);
};

const checkPlace = (request: IncomingMessage): void => {
  const host = request.headers.host ?? '';
  if (!isOwnHost(host)) throw new FlotillaError('Forbidden', `This server is not called ${host}.`);
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new FlotillaError('Forbidden', `Pages of ${origin} may not use this server.`);
  }
};

const checkToken = (request: IncomingMessage, token: string): void => {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!timingSafeEqual(digest(given), digest(token))) {
    const isSent = given !== '';
    throw new FlotillaError(
      'Unauthorized',
      isSent ? 'This is not the token of this server.' : 'Send the token of this server as Authorization: Bearer …',
    );
  }
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
