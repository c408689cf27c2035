import { apiOnAws } from './api/api-on-aws.ts';

/** Cancels and resolves. */
export const handler = apiOnAws('decisions');
