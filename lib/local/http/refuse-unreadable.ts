import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemResponse } from '../../../functions/api/problem.ts';
import { withSecurityHeaders } from '../../../functions/api/security-headers.ts';
import { FlotillaError } from '../../domain/errors.ts';

/** Answers input that is not valid HTTP with a problem, too, and closes the connection. */
export const refuseUnreadable = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { statusCode = 400, headers, body = '' } = withSecurityHeaders(problemResponse(meaningOf(error), '/'));
  const head = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${String(value)}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};

const meaningOf = ({ code }: NodeJS.ErrnoException): FlotillaError => {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new FlotillaError('PayloadTooLarge', 'Address and headers together are longer than 16 KiB.');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new FlotillaError('RequestInvalid', 'The request did not arrive completely in time.');
  }
  return new FlotillaError('RequestInvalid', 'This is not an HTTP request that can be read.');
};
