import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { problemResponse } from '../../functions/api/problem.ts';
import { securityHeaders } from '../../functions/api/security-headers.ts';
import type { ApiHandler } from '../../functions/api.ts';
import { callbackThrottle } from '../domain/callback-route.ts';
import { FlotillaError } from '../domain/errors.ts';
import { isLoopback } from '../domain/safe-address.ts';
import { type CallbackHandler, receiveCallback, shownAddress } from './callbacks/receive-callback.ts';
import { Throttle } from './callbacks/throttle.ts';
import { cannotListen } from './cannot-listen.ts';
import { type Admission, admit, type Tokens } from './http/admission.ts';
import { Failures } from './http/failures.ts';
import { gatewayEvent } from './http/gateway-event.ts';
import { checkPlace, type Place } from './http/place.ts';
import { readBody } from './http/read-body.ts';
import { receiveUpload, type UploadReceiver } from './http/receive-upload.ts';
import { refuseUnreadable } from './http/refuse-unreadable.ts';

export interface HttpServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. Any other address than loopback requires tokens. */
  readonly host?: string;
  /** Additional names of the server. */
  readonly names?: readonly string[];
  /** Which tokens are valid, once that is known. Without them, anybody who can reach the server may do everything. */
  readonly tokens?: () => Promise<Tokens>;
  /** The login of the user who started it. */
  readonly owner?: string | undefined;
  /** The same handler that API Gateway calls. */
  readonly api: ApiHandler;
  /** Receives uploads at `/uploads/…`, as S3 does on AWS. */
  readonly uploads?: UploadReceiver;
  /** Receives Harness's callbacks from anybody who knows the address. Without it there is no such route. */
  readonly callbacks?: CallbackHandler;
  /** Replaces the machine's clock for throttling. */
  readonly now?: () => number;
}

export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Accepts no more requests, lets running ones finish if they are quick, and cuts off the rest. */
  close(): Promise<void>;
}

/** How long close() waits for answers. A long poll ends at once. */
const CLOSE_GRACE = 1000;

/**
 * How long an idle connection stays open. The server announces this to clients, which close it a second earlier. With the usual 5 s, one side
 * only has to be busy for that second for a request to hit a connection that is just closing.
 */
const KEEP_ALIVE = 65_000;

/** Serves the API over plain HTTP on this machine. The engine is not served here, whatever a header asks for. */
export const startHttpServer = async (options: HttpServerOptions): Promise<HttpServer> => {
  const { port, host = '127.0.0.1', names = [], tokens, owner, now = Date.now } = options;
  if (!isLoopback(host) && tokens === undefined) {
    const message = `Listening on ${host} requires tokens: without them, anybody who can reach this server can deploy.`;
    throw new FlotillaError('ConfigurationInvalid', message, { host });
  }
  const closing = new AbortController();
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: KEEP_ALIVE });
  server.maxHeadersCount = 100;
  const failures = new Failures(now, (line) => console.error(JSON.stringify(line)));
  const door: Door = {
    place: { host, names: names.map((name) => name.toLowerCase()) },
    admission: { tokens, failures, owner },
    throttle: new Throttle(callbackThrottle, now),
  };
  server.on('request', (request, response) => {
    void answer({ ...options, ...door }, { request, response, closing: closing.signal });
  });
  server.on('clientError', refuseUnreadable);
  await listening(server, port, host);
  const bound = (server.address() as AddressInfo).port;
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${bound}`, port: bound, close: () => close(server, closing) };
};

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, `${host}:${port}`)));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });

const close = async (server: Server, closing: AbortController): Promise<void> => {
  closing.abort();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE);
  server.closeIdleConnections();
  await closed;
  clearTimeout(cut);
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly closing: AbortSignal;
}

interface Door {
  readonly place: Place;
  readonly admission: Admission;
  readonly throttle: Throttle;
}

const answer = async (options: HttpServerOptions & Door, exchange: Exchange): Promise<void> => {
  const { request, response } = exchange;
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  try {
    checkPlace(request, options.place);
    if (options.callbacks !== undefined) {
      const { callbacks: handle, throttle } = options;
      const taken = await receiveCallback(request, { handle, throttle });
      if (taken !== undefined) return send(response, taken);
    }
    const actor = await admit(request, options.admission);
    if (actor === undefined) {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify({ status: 'ok' }));
      return;
    }
    if (options.uploads !== undefined && (await receiveUpload(request, options.uploads, actor))) {
      response.writeHead(200).end();
      return;
    }
    const body = await readBody(request);
    const answered = await options.api(gatewayEvent(request, body), { ...contextOf(exchange), actor });
    if (exchange.closing.aborted) response.setHeader('connection', 'close');
    send(response, answered);
  } catch (error) {
    // A request that was cut off while arriving has nobody to answer.
    if (request.destroyed && !request.complete) return;
    refuse(exchange, error);
  }
};

const contextOf = ({ response, closing }: Exchange) => {
  const left = new AbortController();
  response.once('close', () => left.abort());
  return { signal: AbortSignal.any([left.signal, closing]) };
};

const send = (
  response: ServerResponse,
  { statusCode = 200, headers, body, isBase64Encoded = false }: APIGatewayProxyStructuredResultV2,
): void => {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, String(value));
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  // HEAD gets the length it would have. A status without a body has no length either.
  if (statusCode !== 204 && statusCode !== 304) response.setHeader('content-length', bytes.length);
  response.writeHead(statusCode).end(bytes);
};

/** Long enough for the other side to read the rejection while it is still sending. */
const REFUSAL_GRACE = 500;

/** The unread rest would be taken for the next request, so the connection closes after the rejection. */
const refuse = ({ request, response }: Exchange, error: unknown): void => {
  if (!(error instanceof FlotillaError)) console.error(JSON.stringify({ level: 'ERROR', message: String(error) }));
  if (!request.complete) {
    response.setHeader('connection', 'close');
    response.once('finish', () => setTimeout(() => request.destroy(), REFUSAL_GRACE).unref());
  }
  send(response, problemResponse(error, shownAddress(request.url ?? '/')));
};
