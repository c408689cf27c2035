import * as z from 'zod';
import { anchorSchema } from '../../../lib/domain/record/anchor.ts';
import type { AnchorPage } from '../../../lib/usecases/record/read-anchors.ts';
import { count } from './status.ts';
import { viewSchema } from './view-schema.ts';

const anchor = anchorSchema.meta({
  id: 'Anchor',
  description:
    "The end of a batch's feed, kept outside the table. It is signed with ECDSA on P-256 and SHA-256 over all but `signature`, as JSON with sorted keys.",
});

export const anchors = viewSchema<AnchorPage>()(
  z.object({ anchors: z.array(anchor), next_after: count, ended: z.boolean() }),
).meta({ id: 'AnchorPage' });
