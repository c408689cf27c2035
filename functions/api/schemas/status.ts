import * as z from 'zod';
import type { Totals } from '../../../lib/domain/deployment/batch-status.ts';
import { statuses } from '../../../lib/domain/deployment/status.ts';
import { viewSchema } from './view-schema.ts';

/** Words and numbers that many answers contain. */

export const status = z.enum(statuses).meta({ id: 'Status', description: 'The status of a batch or a deployment.' });

export const time = z.iso.datetime().meta({ id: 'Time', description: 'UTC, with milliseconds.' });

/** A number of things. */
export const count = z.int().min(0);

export const totals = viewSchema<Totals>()(z.partialRecord(z.enum(statuses), count)).meta({
  id: 'Totals',
  description: 'How many deployments have each status. An absent status counts 0.',
});

/** Related paths and addresses, by name. */
export const links = z
  .record(z.string(), z.string())
  .meta({ id: 'Links', description: 'Paths and addresses, by name.' });
