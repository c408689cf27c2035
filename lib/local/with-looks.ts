import { lookRoutes } from '../../functions/api/look-routes.ts';
import { hasPath } from '../../functions/api/router.ts';
import type { ApiHandler } from '../../functions/api.ts';

/** One API of the two functions that it is on AWS: the one that asks clusters, and all else. */
export const apiWithLooks =
  (looks: ApiHandler, api: ApiHandler): ApiHandler =>
  (event, context) =>
    hasPath(lookRoutes, event.rawPath) ? looks(event, context) : api(event, context);
