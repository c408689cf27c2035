import type { ApiEvent } from './request.ts';

/** One line of JSON. Never the body or the headers: they may hold what nobody should read. */
export const logFault = ({ rawPath, requestContext }: ApiEvent, error: Error | null | undefined): void => {
  console.error(
    JSON.stringify({
      level: 'ERROR',
      message: 'request failed',
      method: requestContext.http.method,
      path: rawPath,
      request_id: requestContext.requestId,
      error: error?.name,
      cause: error?.message,
      stack: error?.stack,
    }),
  );
};
