import { apiOnAws } from './api/api-on-aws.ts';

export { type ApiContext, type ApiHandler, create } from './api/create-api.ts';

/** All reads, and all paths without a route. */
export const handler = apiOnAws('reads');
