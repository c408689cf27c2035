import * as z from 'zod';
import { type LogDeps, readLogs } from '../../lib/usecases/deployment/read-logs.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { queryOf } from './request.ts';
import { type HandleWith, json, pageLimit, wellFormed } from './route.ts';
import type { Route } from './router.ts';
import { exampleLogs, logs } from './schemas/logs.ts';
import { checkScope } from './who.ts';

/** What the route that reads logs needs. */
export type LogRouteDeps = Omit<LogDeps, 'rights'> & Pick<Deps, 'catalogue'>;

const asked = z.strictObject({
  container: z.string().min(1).max(253).pipe(wellFormed).optional(),
  tail: pageLimit(5000, 100),
  previous: z.enum(['true', 'false']).default('false'),
});

/** A function of its own on AWS, with no other right in a cluster. */
export const logRoutes: readonly Route<HandleWith<LogRouteDeps & Pick<LogDeps, 'rights'>>>[] = [
  {
    method: 'GET',
    path: '/batches/{id}/deployments/{key+}/logs',
    scope: 'logs',
    part: 'logs',
    contract: {
      summary: 'The logs of the pods of a deployment as they are now. Needs the scopes logs and read.',
      query: asked,
      answers: { 200: { schema: logs, example: exampleLogs } },
      errors: ['BatchNotFound', 'DeploymentNotFound', 'StatusConflict', 'PlaceUnavailable'],
    },
    handle: async (deps, { event, actor, parameters: { id, key } }) => {
      checkScope(actor, 'read');
      const { previous, ...query } = queryOf(event, asked);
      return json(200, await readLogs(deps, { batchId: id!, key: key!, ...query, previous: previous === 'true' }));
    },
  },
];
