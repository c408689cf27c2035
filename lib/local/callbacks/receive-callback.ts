import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer, Context } from 'aws-lambda';
import type { ApiEvent } from '../../../functions/api/request.ts';
import { callbackPath, callbackThrottle } from '../../domain/callback-route.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { gatewayEvent } from '../http/gateway-event.ts';
import { skipBody } from '../http/read-body.ts';
import type { Throttle } from './throttle.ts';

/** The same handler that API Gateway calls. */
export type CallbackHandler = (event: ApiEvent, context: Context) => Promise<ApiAnswer>;

export interface Callbacks {
  readonly throttle: Throttle;
  readonly handle: CallbackHandler;
}

const called = new RegExp(`^${callbackPath}/([^/?#]+)(?:\\?|$)`);

/** Anywhere in the path: the caller may have got the rest wrong. */
const secretPart = new RegExp(`(?<=${callbackPath}/)[^/?#]+`);

/**
 * Answers a callback from Harness; undefined for any other request. No token is needed: knowing the address is enough.
 * Nobody reads the body, but it may not be longer than other bodies.
 */
export const receiveCallback = async (
  request: IncomingMessage,
  { throttle, handle }: Callbacks,
): Promise<ApiAnswer | undefined> => {
  const key = called.exec(request.url ?? '')?.[1];
  if (request.method !== 'POST' || key === undefined) return undefined;
  if (!throttle.admits()) throw tooOften();
  await skipBody(request);
  const event = { ...gatewayEvent(request, Buffer.alloc(0)), pathParameters: { key } };
  return handle(event, { functionName: 'take-hint', awsRequestId: event.requestContext.requestId } as Context);
};

const tooOften = (): FlotillaError => {
  const { rate } = callbackThrottle;
  const detail = `There are more than ${rate} callbacks a second. Nothing is lost: one callback covers all runs, and Flotilla also looks on its own.`;
  return new FlotillaError('TooManyRequests', detail, { retry_after: 1 });
};

/** The request's address as an answer may repeat it. Harness logs the answer in its pipelines. */
export const shownAddress = (url: string): string => url.replace(secretPart, '{key}');
