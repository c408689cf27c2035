import * as z from 'zod';
import type { ReplayedDeployment } from '../../../lib/domain/record/replay.ts';
import type { HistoryView } from '../../../lib/usecases/record/read-history.ts';
import { batchId } from './batch.ts';
import { count, status, time, totals } from './status.ts';
import { viewSchema } from './view-schema.ts';

const standing = {
  status,
  reason: z.string(),
  message: z.string(),
  number: count.describe('The number of the event that last changed it.'),
};

const deployment = viewSchema<ReplayedDeployment>()(z.object({ index: count, key: z.string(), ...standing })).meta({
  id: 'ReplayedDeployment',
});

export const history = viewSchema<HistoryView>()(
  z.object({
    batch_id: batchId,
    at: count.describe('The number of the event.'),
    time: time.describe('When that was.'),
    total: count,
    counts: totals,
    ...standing,
    deployments: z
      .array(deployment)
      .describe('Deployments with an event by then. All others were PENDING / AwaitingTurn.'),
  }),
).meta({ id: 'BatchHistory', description: 'A batch as it was at an event, replayed from its feed alone.' });

export const exampleHistory = {
  batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
  at: 3,
  time: '2026-11-21T14:27:38.120Z',
  total: 2,
  counts: { PENDING: 1, PROCESSING: 1 },
  status: 'PROCESSING',
  reason: 'Running',
  message: 'Planned 2 deployments.',
  number: 2,
  deployments: [
    {
      index: 0,
      key: 'shared/login-api',
      status: 'PROCESSING',
      reason: 'TurnGranted',
      message: 'Its turn has come.',
      number: 3,
    },
  ],
};
