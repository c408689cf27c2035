import { channel } from 'node:diagnostics_channel';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import type { ApiEvent } from './request.ts';

/** A request and its answer, as it leaves the API. */
export interface Answered {
  readonly event: ApiEvent;
  readonly answer: ApiAnswer;
}

/**
 * Publishes each answer to listeners in this process; free if there are none. The tests check the answers against the
 * contract.
 */
export const answered = channel('flotilla:api:answered');
