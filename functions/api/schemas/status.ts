import * as z from 'zod';
import type { Totals } from '../../../lib/domain/deployment/batch-status.ts';
import { statuses } from '../../../lib/domain/deployment/status.ts';
import { viewSchema } from './view-schema.ts';

/** Words and numbers that many answers have. */

export const status = z.enum(statuses).meta({ id: 'Status', description: 'Of a batch or a deployment.' });

export const time = z.iso.datetime().meta({ id: 'Time', description: 'UTC, with milliseconds.' });

/** How many there are. */
export const count = z.int().min(0);

export const totals = viewSchema<Totals>()(z.partialRecord(z.enum(statuses), count)).meta({
  id: 'Totals',
  description: 'How many deployments have each status; one that is absent counts 0.',
});

/** Where else something of it is to be had: by name, the path or the address. */
export const links = z
  .record(z.string(), z.string())
  .meta({ id: 'Links', description: 'Paths and addresses, by name.' });
