import { apiOnAws } from './api/api-on-aws.ts';

/** Returns events, and waits for them. */
export const handler = apiOnAws('events');
