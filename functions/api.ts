import { apiOnAws } from './api/api-on-aws.ts';

export { type ApiContext, type ApiHandler, create } from './api/create-api.ts';

/** What is read, and whatever is no route. */
export const handler = apiOnAws('reads');
