import { logRoutes } from '../../functions/api/log-routes.ts';
import { lookRoutes } from '../../functions/api/look-routes.ts';
import { partAt } from '../../functions/api/router.ts';
import { routes } from '../../functions/api/routes.ts';
import type { ApiHandler } from '../../functions/api.ts';

/** The API's functions that ask clusters. */
export interface AskingClusters {
  readonly looks: ApiHandler;
  readonly logs: ApiHandler;
}

const all = [...routes, ...lookRoutes, ...logRoutes].map(({ method, path, part }) => ({ method, path, part }));

/** One API from the three functions that it is on AWS: two that ask clusters, and everything else. */
export const apiWithLooks =
  ({ looks, logs }: AskingClusters, api: ApiHandler): ApiHandler =>
  (event, context) => {
    const part = partAt(all, event.requestContext.http.method, event.rawPath);
    if (part === 'looks') return looks(event, context);
    return part === 'logs' ? logs(event, context) : api(event, context);
  };
