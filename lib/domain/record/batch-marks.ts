import type { Write } from '../ports.ts';
import { type BatchDimension, type BatchIndexRow, originOfFile } from './index-rows.ts';
import { keys } from './keys.ts';
import { type HeaderRow, itemOf } from './rows.ts';

/** One of the things by which a batch is found. */
export type Mark = readonly [dimension: BatchDimension, value: string];

type Submitted = Pick<HeaderRow, 'submitted_by' | 'submitted_by_name' | 'origin' | 'metadata'>;
type Marked = Pick<HeaderRow, 'batch_id' | 'created_at'>;

/** More than these are not written in the transaction that takes a batch in, which has room for 100 writes: Plan writes the rest. */
export const mostMarksAtSubmit = 23;

/** By what a batch is found from its submit on, besides its status. Its actor is known by the subject and by the name. */
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

/** By what it is found once it is planned. */
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

/** Each once, sorted. */
const marksOf = (dimension: BatchDimension, values: Iterable<string>): readonly Mark[] =>
  [...new Set(values)].sort().map((value) => [dimension, value]);

/** The row by which it is found. */
export const markWrite = (header: Marked, [dimension, value]: Mark): Write => {
  const { batch_id, created_at } = header;
  const row: BatchIndexRow = { batch_id, created_at };
  return { put: itemOf(keys.batchBy(dimension, value, header), row) };
};
