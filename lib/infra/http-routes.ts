import type { apiParts } from './api-parts.ts';

/** What a token may allow. It carries scopes such as `flotilla/read`; `flotilla/admin` allows everything. */
export const scopes = {
  read: 'See batches, plans and events',
  logs: 'See the logs of containers',
  deploy: 'Submit and cancel batches',
  approve: 'Make decisions that need a person',
  impersonate: 'Make deployment requests on behalf of others',
  admin: 'Everything',
} as const;
type Scope = keyof typeof scopes;

/** The prefix of a scope; also the API's identifier in Cognito. */
export const scopePrefix = 'flotilla';

export interface HttpRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly scope: Scope;
  readonly part: keyof typeof apiParts;
}

/**
 * The routes of the API and the scope that each needs, for API Gateway. The function checks the same table again. A
 * path in another spelling (a trailing slash) arrives by the default route, which asks for a token but for no scope.
 */
export const httpRoutes: readonly HttpRoute[] = [
  { method: 'POST', path: '/batches', scope: 'deploy', part: 'batches' },
  { method: 'POST', path: '/uploads', scope: 'deploy', part: 'batches' },
  { method: 'DELETE', path: '/uploads/{id}', scope: 'deploy', part: 'batches' },
  { method: 'POST', path: '/batches/plan', scope: 'read', part: 'batches' },
  { method: 'POST', path: '/previews', scope: 'read', part: 'batches' },
  { method: 'GET', path: '/previews/{id}', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/batches', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/batches/{id}', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/batches/{id}/source', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/batches/{id}/deployments', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/batches/{id}/events', scope: 'read', part: 'events' },
  { method: 'GET', path: '/batches/{id}/history', scope: 'read', part: 'events' },
  { method: 'GET', path: '/anchors', scope: 'read', part: 'reads' },
  { method: 'POST', path: '/batches/{id}/cancel', scope: 'deploy', part: 'decisions' },
  // A key is `pillar/service`. A parameter for several segments may only be the last part.
  { method: 'POST', path: '/batches/{id}/deployments/{pillar}/{service}/resolve', scope: 'approve', part: 'decisions' },
  { method: 'POST', path: '/batches/{id}/deployments/{pillar}/{service}/proceed', scope: 'approve', part: 'decisions' },
  { method: 'GET', path: '/holds', scope: 'read', part: 'reads' },
  { method: 'POST', path: '/holds', scope: 'deploy', part: 'decisions' },
  { method: 'POST', path: '/holds/{id}/resume', scope: 'deploy', part: 'decisions' },
  { method: 'GET', path: '/events', scope: 'read', part: 'events' },
  { method: 'POST', path: '/batches/{id}/retry', scope: 'deploy', part: 'batches' },
  { method: 'POST', path: '/batches/{id}/retry/plan', scope: 'read', part: 'batches' },
  { method: 'POST', path: '/batches/{id}/rollback/plan', scope: 'read', part: 'batches' },
  { method: 'POST', path: '/batches/{id}/rollback', scope: 'deploy', part: 'batches' },
  { method: 'POST', path: '/targets/rollback/plan', scope: 'read', part: 'batches' },
  { method: 'POST', path: '/targets/rollback', scope: 'deploy', part: 'batches' },
  { method: 'GET', path: '/targets', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/targets/diff', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/targets/{environment}/{cluster}/{pillar}/{service}', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/targets/{environment}/{cluster}/{pillar}/{service}/releases', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/changes', scope: 'read', part: 'reads' },
  { method: 'POST', path: '/migrate', scope: 'admin', part: 'decisions' },
  { method: 'POST', path: '/deployments', scope: 'deploy', part: 'batches' },
  { method: 'POST', path: '/deployments/plan', scope: 'read', part: 'batches' },
  { method: 'GET', path: '/batches/{id}/graph', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/batches/{id}/deployments/{pillar}/{service}', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/me', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/users', scope: 'admin', part: 'reads' },
  { method: 'GET', path: '/batches/{id}/report', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/catalogue', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/executors', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/clusters', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/queue', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/schemas/batch.json', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/schemas/events.json', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/health', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/openapi.json', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/docs', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/api/v1/ping', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/swagger/{page+}', scope: 'read', part: 'reads' },
  { method: 'POST', path: '/api/v1/deployments/requests/create', scope: 'deploy', part: 'events' },
  { method: 'GET', path: '/api/v1/deployments/requests', scope: 'read', part: 'reads' },
  { method: 'GET', path: '/api/v1/deployments/requests/{id}', scope: 'read', part: 'reads' },
  { method: 'PATCH', path: '/api/v1/deployments/requests/{id}', scope: 'deploy', part: 'events' },
  { method: 'DELETE', path: '/api/v1/deployments/requests/{id}', scope: 'deploy', part: 'events' },
  { method: 'POST', path: '/api/v1/deployments/requests/{id}/retry', scope: 'deploy', part: 'events' },
  { method: 'GET', path: '/api/v1/deployments', scope: 'read', part: 'reads' },
  { method: 'POST', path: '/api/v1/deployments/requests/{id}/reconcile', scope: 'deploy', part: 'events' },
  { method: 'GET', path: '/api/v1/deployments/{id}', scope: 'read', part: 'looks' },
  { method: 'POST', path: '/targets/health', scope: 'read', part: 'looks' },
  { method: 'POST', path: '/targets/adopt', scope: 'approve', part: 'looks' },
  { method: 'POST', path: '/batches/{id}/resolve/plan', scope: 'approve', part: 'looks' },
  { method: 'GET', path: '/batches/{id}/deployments/{pillar}/{service}/logs', scope: 'logs', part: 'logs' },
];
