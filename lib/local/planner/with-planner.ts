import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import { problemResponse } from '../../../functions/api/problem.ts';
import { matchRoute } from '../../../functions/api/router.ts';
import { routes } from '../../../functions/api/routes.ts';
import { withSecurityHeaders } from '../../../functions/api/security-headers.ts';
import type { ApiHandler } from '../../../functions/api.ts';
import type { TaskHandler } from '../../../functions/runtime/task.ts';
import { localActor } from '../../domain/record/actor.ts';
import { findBatch } from '../../usecases/batch/find-batch.ts';
import type { Deps } from '../../usecases/deps.ts';
import type { Planner } from './planner.ts';

/**
 * Smaller batches run in this thread: even 64 KiB that expand to 1,500 deployments by merge keys took only 0.2 to 0.3
 * s.
 */
export const small = { bytes: 64 * 1024, deployments: 500 } as const;

/** Sends large batches to the thread, for planning and submitting, and answers everything else here. */
export const apiWithPlanner =
  (planner: Planner, api: ApiHandler): ApiHandler =>
  async (event, context) => {
    if (!isLarge(event)) return api(event, context);
    const { actor = localActor, signal } = context;
    try {
      return (await planner.run({ kind: 'request', event, actor }, signal)) as ApiAnswer;
    } catch (error) {
      const instance = `${event.rawPath}#${event.requestContext.requestId}`;
      return withSecurityHeaders(problemResponse(error, instance));
    }
  };

const isLarge = ({ rawPath, requestContext, body = '', queryStringParameters }: Parameters<ApiHandler>[0]): boolean =>
  (body.length > small.bytes || queryStringParameters?.upload !== undefined) &&
  isOfBatches(requestContext.http.method, rawPath);

const isOfBatches = (method: string, path: string): boolean => {
  try {
    return matchRoute(routes, method, path).part === 'batches';
  } catch {
    return false;
  }
};

/** The same for the function that plans a submitted batch. */
export const planWithPlanner =
  (planner: Planner, deps: Pick<Deps, 'table'>, plan: TaskHandler): TaskHandler =>
  async (payload, context) => {
    const { batch_id } = payload as { readonly batch_id?: string };
    if (batch_id === undefined) return plan(payload, context);
    const { total } = await findBatch(deps, batch_id);
    return total <= small.deployments ? plan(payload, context) : planner.run({ kind: 'task', payload });
  };
