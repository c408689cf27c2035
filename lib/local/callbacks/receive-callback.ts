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

/** Wherever it stands: who calls back may have mistaken the rest. */
const secretPart = new RegExp(`(?<=${callbackPath}/)[^/?#]+`);

/**
 * Takes a request by which Harness calls back, and answers it; undefined for any other. Whoever knows the address may call it: no token
 * is asked for. What a call says is not read, but it may not be longer than that of others.
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
  const detail = `There are more than ${rate} callbacks a second. Nothing is lost: one tells of all runs, and Flotilla looks by itself, too.`;
  return new FlotillaError('TooManyRequests', detail, { retry_after: 1 });
};

/** The address of a request as an answer may repeat it: what Harness is answered stands in the logs of its pipelines. */
export const shownAddress = (url: string): string => url.replace(secretPart, '{key}');
