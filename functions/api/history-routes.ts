import * as z from 'zod';
import { readHistory } from '../../lib/usecases/record/read-history.ts';
import { queryOf } from './request.ts';
import { type Handle, json, whole } from './route.ts';
import type { Route } from './router.ts';
import { exampleHistory, history } from './schemas/history.ts';

const moment = z.strictObject({
  at: whole(1, 999_999_999).optional().describe('The number of an event in its feed. Default: the last.'),
});

/** A batch at an earlier time, from its record. */
export const historyRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/batches/{id}/history',
    scope: 'read',
    part: 'events',
    contract: {
      summary: 'A batch as it was at an event, replayed from its feed alone.',
      query: moment,
      answers: { 200: { schema: history, example: exampleHistory } },
      errors: ['BatchNotFound'],
    },
    handle: async (deps, { event, parameters: { id } }) =>
      json(200, await readHistory(deps, { batchId: id!, ...queryOf(event, moment) })),
  },
];
