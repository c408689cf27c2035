import { channel } from 'node:diagnostics_channel';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import type { ApiEvent } from './request.ts';

/** One request and its answer, as it leaves the API. */
export interface Answered {
  readonly event: ApiEvent;
  readonly answer: ApiAnswer;
}

/** Tells whoever listens in this process what was answered, and costs nothing where nobody does. The tests hold it against the contract. */
export const answered = channel('flotilla:api:answered');
