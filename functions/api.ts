import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer, Context } from 'aws-lambda';
import { rightsOf } from '../lib/domain/grants/rights.ts';
import type { Actor } from '../lib/domain/record/actor.ts';
import { fittingAnswer } from './api/fitting-answer.ts';
import { logFault } from './api/log-fault.ts';
import { problemResponse } from './api/problem.ts';
import type { ApiEvent } from './api/request.ts';
import { matchRoute } from './api/router.ts';
import { type ApiDeps, routes } from './api/routes.ts';
import { withSecurityHeaders } from './api/security-headers.ts';
import { asTold, byTokenOf, checkScope, type Identify } from './api/who.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { clientNames } from './runtime/environment.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { anchorDeps, documentDeps, tableDeps, uploadDeps } from './runtime/storage.ts';
import { workflowDeps } from './runtime/workflow.ts';

/** What only the embedded server says: by the signal, that nobody waits for the answer any more; and whom it has let in. */
export type ApiContext = Partial<Pick<Context, 'awsRequestId'>> & {
  readonly signal?: AbortSignal;
  readonly actor?: Actor;
};

export type ApiHandler = (event: ApiEvent, context: ApiContext) => Promise<ApiAnswer>;

/**
 * The HTTP API: one handler for every route, for API Gateway (payload 2.0) and for the embedded server alike, which lets in
 * by itself whoever it wants to.
 */
export const create = (deps: ApiDeps, identify: Identify = asTold): ApiHandler => {
  const handler = middy<ApiEvent, ApiAnswer, Error, Context & ApiContext>()
    .onError((request) => {
      const { event, error } = request;
      const response = problemResponse(error, `${event.rawPath}#${event.requestContext.requestId}`);
      if (response.statusCode! >= 500) logFault(event, error);
      request.response = response;
    })
    .handler(async (event: ApiEvent, { signal, actor: told }: ApiContext) => {
      const { handle, scope, parameters } = matchRoute(routes, event.requestContext.http.method, event.rawPath);
      const actor = identify(event, told);
      checkScope(actor, scope);
      const catalogue = await deps.catalogue();
      // The one of this moment, for all that the request asks.
      const asked = { ...deps, catalogue: async () => catalogue, rights: rightsOf(catalogue.grants, actor) };
      const request = { event, actor, parameters, ...(signal === undefined ? {} : { signal }) };
      return fittingAnswer(event, await handle(asked, request));
    });
  return async (event, context) => withSecurityHeaders(await handler(event, context as Context & ApiContext));
};

export const handler = onLambda(() =>
  create(
    {
      ...tableDeps(),
      ...documentDeps(),
      ...uploadDeps(),
      ...anchorDeps(),
      ...workflowDeps('batch'),
      ...catalogueDeps(),
    },
    byTokenOf(clientNames()),
  ),
);
