import type { Submitted } from '../../lib/usecases/batch/accept-batch.ts';
import { batchLinks } from '../../lib/usecases/batch/read-batch.ts';
import type { Answer, Contract } from './contract.ts';
import { json } from './route.ts';

/** The answers that `accepted` gives. */
export const acceptedAnswers = (answer: Answer): Contract['answers'] => ({
  200: {
    ...answer,
    location: true,
    description: 'The earlier answer to the same request: it has the same Idempotency-Key.',
  },
  202: { ...answer, location: true },
});

/** The answer to a request that became a batch: 202, or 200 for a repeated request. */
export const accepted = ({ header, created }: Submitted, more: object = {}) => {
  const { batch_id, name, status, reason, message, total, warnings } = header;
  const links = batchLinks(header);
  const body = { batch_id, name, status, reason, message, total, warnings, ...more, links };
  return json(created ? 202 : 200, body, { location: links.self! });
};
