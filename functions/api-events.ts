import { apiOnAws } from './api/api-on-aws.ts';

/** Tells events, and waits for them. */
export const handler = apiOnAws('events');
