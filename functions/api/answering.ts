import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer, Context } from 'aws-lambda';
import { rightsOf } from '../../lib/domain/grants/rights.ts';
import { withRoles } from '../../lib/domain/grants/role.ts';
import type { Actor } from '../../lib/domain/record/actor.ts';
import type { AskedBy, Deps } from '../../lib/usecases/deps.ts';
import { type Answered, answered } from './answered.ts';
import { compressed, fittingAnswer } from './fitting-answer.ts';
import { logFault } from './log-fault.ts';
import { problemResponse } from './problem.ts';
import type { ApiEvent } from './request.ts';
import { envelopeOf, hasEnvelope } from './requesting.ts';
import { isRevalidated, revalidated } from './revalidation.ts';
import type { HandleWith } from './route.ts';
import { type ApiPart, matchRoute, type Route, routeNotFound } from './router.ts';
import { withSecurityHeaders } from './security-headers.ts';
import { asTold, checkScope, type Identify } from './who.ts';

/** Set only by the embedded server: a signal for when nobody waits for the answer any more, and whom it let in. */
export type ApiContext = Partial<Pick<Context, 'awsRequestId'>> & {
  readonly signal?: AbortSignal;
  readonly actor?: Actor;
};

export type ApiHandler = (event: ApiEvent, context: ApiContext) => Promise<ApiAnswer>;

export interface ApiOptions {
  readonly identify?: Identify;
  /** Records who was let in. Absent: nobody does. */
  readonly noteUser?: (actor: Actor) => Promise<void>;
  /** The routes to answer. Absent: all. */
  readonly part?: ApiPart;
}

/**
 * One handler for all these routes, for API Gateway (payload 2.0) and the embedded server. The embedded server decides
 * for itself whom to let in.
 */
export const answering = <Needed extends Pick<Deps, 'catalogue'>>(
  routes: readonly Route<HandleWith<Needed & AskedBy>>[],
  deps: Needed,
  { identify = asTold, part, noteUser }: ApiOptions = {},
): ApiHandler => {
  const handler = middy<ApiEvent, ApiAnswer, Error, Context & ApiContext>()
    .onError((request) => {
      const { event, error } = request;
      const response = problemResponse(
        error,
        `${event.rawPath}#${event.requestContext.requestId}`,
        hasEnvelope(event.rawPath) ? (sentence) => envelopeOf(error, sentence) : undefined,
      );
      if (response.statusCode! >= 500) logFault(event, error);
      request.response = compressed(event, response);
    })
    .handler(async (event: ApiEvent, { signal, actor: told }: ApiContext) => {
      const { rawPath, requestContext } = event;
      const matched = matchRoute(routes, requestContext.http.method, rawPath);
      const { handle, scope, parameters } = matched;
      // A path written in another way comes by the default route, and so skips its own throttle and reaches other
      // copies.
      if (part !== undefined && matched.part !== part) throw routeNotFound(rawPath);
      const known = identify(event, told);
      checkScope(known, scope);
      const catalogue = await deps.catalogue();
      const actor = withRoles(catalogue.roles, known);
      checkScope(actor, scope);
      // The whole request uses the configuration of this moment.
      const asked = { ...deps, catalogue: async () => catalogue, rights: rightsOf(catalogue.grants, actor) };
      const request = { event, actor, parameters, ...(signal === undefined ? {} : { signal }) };
      await noteUser?.(actor);
      const answer = await handle(asked, request);
      return fittingAnswer(event, isRevalidated(matched) ? revalidated(event, answer) : answer);
    });
  return async (event, context) => {
    const answer = withSecurityHeaders(await handler(event, context as Context & ApiContext));
    answered.publish({ event, answer } satisfies Answered);
    return answer;
  };
};
