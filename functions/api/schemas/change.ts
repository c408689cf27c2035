import * as z from 'zod';
import type { ChangeView } from '../../../lib/usecases/targets/change-view.ts';
import type { ChangeList } from '../../../lib/usecases/targets/list-changes.ts';
import type { OtherChangeView, ReleaseList, ReleaseView } from '../../../lib/usecases/targets/list-releases.ts';
import { count, status, time } from './status.ts';
import { byWhom, targetPlace } from './target.ts';
import { viewSchema } from './view-schema.ts';

const place = {
  batch_id: z.string(),
  index: count.describe('Index in the plan of that batch.'),
};

const outcome = {
  status,
  reason: z.string(),
  version: z.string().describe('What was requested: a version, `delete`, or `scale to` a number.'),
  action: z.enum(['delete', 'scale']).exactOptional().describe('Absent if it deploys.'),
  replicas: count.exactOptional(),
  before: z.string().exactOptional().describe('What ran before, as far as known.'),
  after: z.string().exactOptional().describe('What runs since, as far as known.'),
  digest: z.string().exactOptional(),
  resolved_by: z.string().exactOptional().describe('Who resolved it, if its outcome was UNKNOWN.'),
};

const change = viewSchema<ChangeView>()(z.object({ at: time, ...targetPlace, ...outcome, ...place, ...byWhom })).meta({
  id: 'Change',
  description: 'A deployment that changed its target, or may have.',
});

const page = {
  limit: count.describe('The limit that was applied.'),
  next_after: z.string().exactOptional().describe('Send it as `after` to continue.'),
};

export const changeList = viewSchema<ChangeList>()(
  z.object({
    changes: z.array(change).describe('Newest first.'),
    since: time.describe('The beginning of the period. Default: seven days ago.'),
    until: time.exactOptional().describe('Before then.'),
    ...page,
  }),
);

const config = z.record(z.string(), z.json()).exactOptional().describe('The deployment as planned, without secrets.');

const release = viewSchema<ReleaseView>()(
  z.object({
    kind: z.literal('release'),
    at: time,
    version: z.string(),
    image: z.string().exactOptional(),
    digest: z.string().exactOptional(),
    infrastructure_id: z.string(),
    ...place,
    ...byWhom,
    config,
  }),
).meta({ id: 'Release', description: 'What was verified there and can be restored.' });

const otherChange = viewSchema<OtherChangeView>()(
  z.object({ kind: z.literal('change'), at: time, ...outcome, ...place, ...byWhom, config }),
).meta({ id: 'OtherChange', description: 'A change, or possible change, without a release.' });

export const releaseList = viewSchema<ReleaseList>()(
  z.object({
    ...targetPlace,
    releases: z.array(z.discriminatedUnion('kind', [release, otherChange])).describe('Newest first.'),
    ...page,
  }),
);

export const exampleChange = {
  at: '2026-11-21T14:03:11.512Z',
  key: 'risk/cva',
  environment: 'uat',
  cluster: 'eu-1',
  status: 'FAILED',
  reason: 'RestoredPreviousRelease',
  version: '1.5.0',
  before: '1.4.0',
  after: '1.4.0',
  batch_id: '01M7Z8HOLD00000000000000AA',
  index: 4,
  by: 'ada@example.com',
  by_name: 'Ada Lovelace',
};

export const exampleReleases = {
  key: 'risk/cva',
  environment: 'uat',
  cluster: 'eu-1',
  releases: [
    {
      kind: 'release',
      at: '2026-11-20T09:00:00.000Z',
      version: '1.4.0',
      digest: `sha256:${'5e8b'.repeat(16)}`,
      batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
      index: 0,
      infrastructure_id: 'eu',
      by: 'ada@example.com',
      by_name: 'Ada Lovelace',
    },
  ],
  limit: 100,
};
