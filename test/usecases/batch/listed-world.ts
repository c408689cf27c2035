import type { Status } from '../../../lib/domain/deployment/status.ts';
import type { Write } from '../../../lib/domain/ports.ts';
import { idTime } from '../../../lib/domain/record/batch-id.ts';
import { type BatchDimension, originOfFile } from '../../../lib/domain/record/index-rows.ts';
import { documentPaths, keys } from '../../../lib/domain/record/keys.ts';
import { type HeaderRow, itemOf } from '../../../lib/domain/record/rows.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import { keptReach } from '../../../lib/usecases/grants/seen-batch.ts';
import type { MemoryDocuments } from './api-world.ts';

/** A batch as lists find it. */
export interface Listed {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status?: Status;
  readonly actor?: string;
  readonly actorName?: string;
  readonly origin?: 'rollback' | 'retry' | 'deployment';
  readonly name?: string;
  readonly author?: string;
  readonly tags?: readonly string[];
  /** `environment/pillar/service`, of each deployment. */
  readonly places?: readonly string[];
}

interface Place {
  readonly pillar: string;
  readonly environment_id: string;
  readonly service: string;
}

const placesOf = ({ places = ['sit/risk/cva'] }: Listed): readonly Place[] =>
  places.map((place) => {
    const [environment_id = '', pillar = '', name = ''] = place.split('/');
    return { environment_id, pillar, service: `${pillar}/${name}` };
  });

/** In the order they were made, within one millisecond. */
export const idOf = ({ at }: Listed, nth: number): string => `${idTime(at)}${String(nth).padStart(16, '0')}`;

export const headerOf = (batch: Listed, nth: number): HeaderRow => {
  const { at, status = 'SUCCESS', actor = 'ada', actorName, origin, name = `Batch ${nth}`, author, tags } = batch;
  const total = placesOf(batch).length;
  return {
    batch_id: idOf(batch, nth),
    name,
    status,
    ...{ reason: 'R', message: 'M.', seq: 1, total, submitted_by: actor, warnings: [], plan_hash: 'h' },
    ...(actorName === undefined ? {} : { submitted_by_name: actorName }),
    ...(origin === undefined ? {} : { origin: { kind: origin } }),
    metadata: { ...(author === undefined ? {} : { author }), ...(tags === undefined ? {} : { tags }) },
    ...keptReach(placesOf(batch)),
    created_at: at,
    updated_at: at,
    ...(status === 'PENDING' || status === 'PROCESSING' ? {} : { ended_at: at, totals: { [status]: total } }),
  };
};

/** Every value that an index uses to lead to it. */
export const dimensionsOf = (batch: Listed): readonly (readonly [BatchDimension, string])[] => {
  const { status = 'SUCCESS', actor = 'ada', origin = originOfFile, tags = [] } = batch;
  const places = placesOf(batch);
  const each = (values: readonly string[], dimension: BatchDimension) =>
    [...new Set(values)].map((value) => [dimension, value] as const);
  return [
    ...[['status', status] as const, ['actor', actor] as const, ['origin', origin] as const],
    ...each(tags, 'tag'),
    ...each(
      places.map(({ environment_id }) => environment_id),
      'environment',
    ),
    ...each(
      places.map(({ pillar }) => pillar),
      'pillar',
    ),
    ...each(
      places.map(({ service }) => service),
      'service',
    ),
  ];
};

/** The rows of a batch that lists read: header, list and indexes. */
export const rowsOf = (batch: Listed, nth: number): readonly Write[] => {
  const header = headerOf(batch, nth);
  const { batch_id, created_at } = header;
  const lead = { batch_id, created_at };
  return [
    { put: itemOf(keys.header(batch_id), header) },
    { put: itemOf(keys.listed(batch_id), lead) },
    ...dimensionsOf(batch).map(([dimension, value]) => ({ put: itemOf(keys.batchBy(dimension, value, lead), lead) })),
  ];
};

/** What the scheduler knows of it, as far as a list asks. */
export const putSheet = (documents: MemoryDocuments, batch: Listed, nth: number): Promise<void> => {
  const places = placesOf(batch);
  const sheet: Pick<Sheet, 'keys' | 'classes' | 'class_of'> = {
    keys: places.map(({ service }) => service),
    classes: places.map(({ environment_id, pillar }) => [`environment:${environment_id}`, `pillar:${pillar}`]),
    class_of: places.map((_, index) => index),
  };
  return documents.put(documentPaths.schedule(idOf(batch, nth)), JSON.stringify(sheet));
};
