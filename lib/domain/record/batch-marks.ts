import type { Write } from '../ports.ts';
import { type BatchDimension, type BatchIndexRow, originOfFile } from './index-rows.ts';
import { keys } from './keys.ts';
import { type HeaderRow, itemOf } from './rows.ts';

/** One of the properties by which a batch is found. */
export type Mark = readonly [dimension: BatchDimension, value: string];

type Submitted = Pick<HeaderRow, 'submitted_by' | 'submitted_by_name' | 'origin' | 'metadata'>;
type Marked = Pick<HeaderRow, 'batch_id' | 'created_at'>;

/** At most this many are written in the submit transaction, which has room for 100 writes. Plan writes the rest. */
export const mostMarksAtSubmit = 23;

/** What a batch is found by from submit on, besides its status. Its actor is indexed by subject and by display name. */
export const marksAtSubmit = (
  { submitted_by, submitted_by_name = submitted_by, origin, metadata }: Submitted,
  environments: Iterable<string>,
): readonly Mark[] => [
  ...marksOf('actor', [submitted_by, submitted_by_name]),
  ['origin', origin?.kind ?? originOfFile],
  ...marksOf('environment', environments),
  ...marksOf('tag', metadata?.tags ?? []),
];

interface Member {
  readonly pillar: string;
  readonly service_name: string;
}

/** What it is found by once planned. */
export const marksOfPlan = (members: readonly Member[]): readonly Mark[] => [
  ...marksOf(
    'pillar',
    members.map(({ pillar }) => pillar),
  ),
  ...marksOf(
    'service',
    members.map(({ pillar, service_name }) => `${pillar}/${service_name}`),
  ),
];

/** Without duplicates, sorted. */
const marksOf = (dimension: BatchDimension, values: Iterable<string>): readonly Mark[] =>
  [...new Set(values)].sort().map((value) => [dimension, value]);

/** The index row that leads to the batch. */
export const markWrite = (header: Marked, [dimension, value]: Mark): Write => {
  const { batch_id, created_at } = header;
  const row: BatchIndexRow = { batch_id, created_at };
  return { put: itemOf(keys.batchBy(dimension, value, header), row) };
};
