import type { Submitted } from '../../lib/usecases/batch/accept-batch.ts';
import { batchLinks } from '../../lib/usecases/batch/read-batch.ts';
import type { Answer, Contract } from './contract.ts';
import { json } from './route.ts';

/** What `accepted` answers. */
export const acceptedAnswers = (answer: Answer): Contract['answers'] => ({
  200: {
    ...answer,
    location: true,
    description: 'What the same request was answered before: it has the same Idempotency-Key.',
  },
  202: { ...answer, location: true },
});

/** The answer to what became a batch: 202, and 200 where the same request was answered before. */
export const accepted = ({ header, created }: Submitted, more: object = {}) => {
  const { batch_id, name, status, reason, message, total, warnings } = header;
  const links = batchLinks(header);
  const body = { batch_id, name, status, reason, message, total, warnings, ...more, links };
  return json(created ? 202 : 200, body, { location: links.self! });
};
