import { apiOnAws } from './api/api-on-aws.ts';

/** Plans batches and takes them in. */
export const handler = apiOnAws('batches');
