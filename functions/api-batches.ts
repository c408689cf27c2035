import { apiOnAws } from './api/api-on-aws.ts';

/** Plans and accepts batches. */
export const handler = apiOnAws('batches');
