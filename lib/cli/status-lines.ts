import type { Status } from '../domain/deployment/status.ts';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { EventView } from '../usecases/record/read-events.ts';
import { type Colours, printable } from './terminal.ts';

const colourOf: Readonly<
  Record<Status, keyof Pick<Colours, 'gray' | 'yellow' | 'green' | 'red' | 'blue' | 'magenta'>>
> = {
  PENDING: 'gray',
  PROCESSING: 'yellow',
  SUCCESS: 'green',
  FAILED: 'red',
  ROLLBACK: 'blue',
  SKIPPED: 'magenta',
  CANCELLED: 'magenta',
  UNKNOWN: 'red',
};

export const paintStatus = (status: Status, colours: Colours): string => colours[colourOf[status]](status);

/** The head of a batch. */
export const batchLines = (batch: BatchView, colours: Colours): readonly string[] => [
  `Batch ${batch.batch_id}: ${printable(batch.name)}`,
  `${paintStatus(batch.status, colours)} / ${batch.reason}: ${printable(batch.message)}`,
  `Submitted ${batch.created_at} by ${printable(batch.submitted_by)}${batch.ended_at === undefined ? '' : `, ended ${batch.ended_at}`}`,
];

/** One line per event: time, what, status, reason, message. */
export const eventLine = (event: EventView, simulated: boolean): string => {
  const what = event.key ?? 'batch';
  const mark = simulated ? 'simulated ' : '';
  const status = event.to.padEnd(10);
  return `${event.at.slice(11, 23)} ${mark}${what.padEnd(28)} ${status} ${event.reason}: ${printable(event.message)}`;
};
