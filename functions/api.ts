import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { problemResponse } from './api/problem.ts';
import type { ApiEvent } from './api/request.ts';
import { matchRoute } from './api/router.ts';
import { type ApiDeps, routes } from './api/routes.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { workflowDeps } from './runtime/workflow.ts';

export type ApiHandler = (event: ApiEvent, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** The HTTP API: one handler for every route, for API Gateway (payload 2.0) and for the embedded server alike. */
export const create = (deps: ApiDeps): ApiHandler =>
  middy<ApiEvent, APIGatewayProxyStructuredResultV2>()
    .onError((request) => {
      const { event, error } = request;
      const response = problemResponse(error, `${event.rawPath}#${event.requestContext.requestId}`);
      if (response.statusCode! >= 500) logFault(event, error);
      request.response = response;
    })
    .handler(async (event) => {
      const { handle, parameters } = matchRoute(routes, event.requestContext.http.method, event.rawPath);
      return handle(deps, event, parameters);
    });

/** One line of JSON. Never the body or the headers: they may hold what nobody should read. */
const logFault = ({ rawPath, requestContext }: ApiEvent, error: Error | null | undefined): void => {
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

export const handler = onLambda(() =>
  create({ ...tableDeps(), ...documentDeps(), ...workflowDeps('batch'), ...catalogueDeps() }),
);
