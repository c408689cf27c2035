import { logRoutes } from '../../functions/api/log-routes.ts';
import { lookRoutes } from '../../functions/api/look-routes.ts';
import { hasPath } from '../../functions/api/router.ts';
import type { ApiHandler } from '../../functions/api.ts';

/** The functions of the API that ask clusters. */
export interface AskingClusters {
  readonly looks: ApiHandler;
  readonly logs: ApiHandler;
}

/** One API of the three functions that it is on AWS: those that ask clusters, and all else. */
export const apiWithLooks =
  ({ looks, logs }: AskingClusters, api: ApiHandler): ApiHandler =>
  (event, context) => {
    if (hasPath(lookRoutes, event.rawPath)) return looks(event, context);
    return hasPath(logRoutes, event.rawPath) ? logs(event, context) : api(event, context);
  };
