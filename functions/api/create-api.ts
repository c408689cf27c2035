import { noteUsers } from '../../lib/usecases/users/note-users.ts';
import { type ApiHandler, type ApiOptions, answering } from './answering.ts';
import type { ApiDeps } from './route.ts';
import { routes } from './routes.ts';

export type { ApiContext, ApiHandler } from './answering.ts';

/** The HTTP API, without the part that asks clusters: see `look-routes.ts`. */
export const create = (deps: ApiDeps, options: ApiOptions = {}): ApiHandler =>
  answering(routes, deps, { noteUser: noteUsers(deps), ...options });
