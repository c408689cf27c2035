import { logRoutes } from '../../functions/api/log-routes.ts';
import { lookRoutes } from '../../functions/api/look-routes.ts';
import { partAt } from '../../functions/api/router.ts';
import { routes } from '../../functions/api/routes.ts';
import type { ApiHandler } from '../../functions/api.ts';

/** The functions of the API that ask clusters. */
export interface AskingClusters {
  readonly looks: ApiHandler;
  readonly logs: ApiHandler;
}

const all = [...routes, ...lookRoutes, ...logRoutes].map(({ method, path, part }) => ({ method, path, part }));

/** One API of the three functions that it is on AWS: those that ask clusters, and all else. */
export const apiWithLooks =
  ({ looks, logs }: AskingClusters, api: ApiHandler): ApiHandler =>
  (event, context) => {
    const part = partAt(all, event.requestContext.http.method, event.rawPath);
    if (part === 'looks') return looks(event, context);
    return part === 'logs' ? logs(event, context) : api(event, context);
  };
