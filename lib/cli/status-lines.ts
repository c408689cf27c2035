import { listed } from '../domain/batch/findings.ts';
import { entryOf } from '../domain/catalogue/catalogue.ts';
import type { Status } from '../domain/deployment/status.ts';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { EventView } from '../usecases/record/follow-feed.ts';
import { printable } from './clean-text.ts';
import type { ColourName, Colours } from './palette.ts';
import type { Times } from './times.ts';

const colourNames: Readonly<Record<Status, ColourName>> = {
  PENDING: 'gray',
  PROCESSING: 'yellow',
  SUCCESS: 'green',
  FAILED: 'red',
  ROLLBACK: 'blue',
  SKIPPED: 'magenta',
  CANCELLED: 'magenta',
  UNKNOWN: 'red',
};

/** A status's colour; a server may be newer and have another status. */
export const colourOf = (status: string, colours: Colours): ((text: string) => string) =>
  colours[entryOf(colourNames, status) ?? 'gray'];

export const paintStatus = (status: Status, colours: Colours): string => colourOf(status, colours)(status);

/** A batch's head. */
export const batchLines = (batch: BatchView, colours: Colours, times: Times): readonly string[] => [
  `Batch ${batch.batch_id}: ${printable(batch.name)}`,
  `${paintStatus(batch.status, colours)} / ${batch.reason}: ${printable(batch.message)}`,
  `Submitted ${times.moment(batch.created_at)} by ${namedBy(batch.submitted_by, batch.submitted_by_name)}${batch.ended_at === undefined ? '' : `, ended ${times.moment(batch.ended_at)}`}`,
  ...originLines(batch),
  ...metadataLines(batch.metadata),
];

/** A subject, with its name if it has one. */
export const namedBy = (subject: string, name: string | undefined): string =>
  printable(name === undefined || name === subject ? subject : `${subject} (${name})`);

/** What a batch came from, and what came from it. */
const originLines = (batch: BatchView): readonly string[] => {
  const { origin, retries = [], rollbacks = [], rolling_back, rollback_requested: asked } = batch;
  const over = rollbacks.filter((id) => id !== rolling_back);
  return [
    ...(origin === undefined ? [] : [`${originOf(origin)}${origin.reason ? `: ${printable(origin.reason)}` : '.'}`]),
    ...(retries.length > 0 ? [`Tried again by ${listed(retries, mostTags)}`] : []),
    ...(over.length > 0 ? [`Rolled back by ${listed(over, mostTags)}`] : []),
    ...(rolling_back === undefined ? [] : [`Being rolled back by ${rolling_back}`]),
    ...(asked === undefined
      ? []
      : [
          `To be rolled back by ${asked.batch_id}, as ${printable(asked.by)} has asked, when all has ended that is in flight`,
        ]),
  ];
};

const originOf = ({ kind, of, target, identifier, automatic }: NonNullable<BatchView['origin']>): string => {
  if (kind === 'deployment') return 'One deployment, without a file';
  if (kind === 'request')
    return `A deployment request${identifier === undefined ? '' : ` of ${printable(identifier)}`}`;
  const what = of === undefined ? printable(target ?? '') : `batch ${of}`;
  return kind === 'retry' ? `A retry of ${what}` : `The ${automatic ? 'automatic ' : ''}rollback of ${what}`;
};

interface Telling {
  readonly colours: Colours;
  readonly times: Times;
  command(...words: readonly string[]): string;
}

/** What is stuck, and the command that helps. An older server says nothing about it. */
export const stuckLines = (
  { stuck = [] }: Partial<Pick<BatchView, 'stuck'>>,
  { colours, times, command }: Telling,
): readonly string[] =>
  stuck.flatMap(({ message, since, keys, count, who, command: typed }) => [
    `${colours.yellow('Stuck')} since ${times.moment(since)}: ${printable(message)}`,
    ...(keys.length === 0
      ? []
      : [`  ${keys.join(', ')}${count > keys.length ? `, … and ${count - keys.length} more` : ''}`]),
    `  Who can do something: ${printable(who)}.`,
    ...(typed === undefined ? [] : [`  ${command(...printable(typed).split(' ').slice(1))}`]),
  ]);

/** A batch may have a hundred; --json has them all. */
const mostTags = 10;

/** What its file says about it. */
const metadataLines = ({ author, description, tags = [], links = {} }: BatchView['metadata']): readonly string[] => [
  ...(author ? [`Author: ${printable(author)}`] : []),
  ...(description ? [`Description: ${printable(description)}`] : []),
  ...(tags.length > 0 ? [`Tags: ${listed(tags.map(printable), mostTags)}`] : []),
  ...Object.entries(links).map(([name, address]) => `${printable(name)}: ${printable(address)}`),
];

/** One line per event: time, what, status, reason, message. */
export const eventLine = (event: EventView, simulated: boolean, times: Times): string => {
  const what = event.key ?? 'batch';
  const mark = simulated ? 'simulated ' : '';
  const status = event.to.padEnd(10);
  return `${times.timeOfDay(event.at)} ${mark}${what.padEnd(28)} ${status} ${event.reason}: ${printable(event.message)}`;
};
