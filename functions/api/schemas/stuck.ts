import * as z from 'zod';
import { stuckCauses } from '../../../lib/domain/stuck/still.ts';
import type { Stuck } from '../../../lib/domain/stuck/stuck.ts';
import { count } from './status.ts';
import { viewSchema } from './view-schema.ts';
import { waiting } from './waiting.ts';

export const stuck = viewSchema<Stuck>()(
  z.object({
    what: z.enum(stuckCauses),
    message: z.string(),
    waits_for: z.union([waiting, z.string()]),
    since: z.string(),
    count: count.describe('How many deployments; 0 if it is the batch itself.'),
    keys: z.array(z.string()).describe('The first of them.'),
    who: z.string().describe('Who can act.'),
    command: z.string().exactOptional().describe('The command line that does it, or shows more.'),
  }),
).meta({ id: 'Stuck', description: 'What is stuck, and what can be done about it.' });
