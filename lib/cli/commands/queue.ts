import { counted } from '../../domain/counted.ts';
import type { WaitKind } from '../../domain/schedule/count-waits.ts';
import type { CountView, QueueView } from '../../usecases/schedule/read-queue.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { holdLines } from '../hold-lines.ts';
import { limitTable } from '../installation-tables.ts';
import { tableLines } from '../tables.ts';

/** Shows what is in flight, and what waits for what, in all batches. */
export const queue = async (context: CommandContext): Promise<ExitStatus> => {
  const answer = await context.client.ask<QueueView>('/queue');
  print(context, answer, linesOf(answer, context));
  return exitStatus.done;
};

const linesOf = (queue: QueueView, context: CommandContext): readonly string[] => {
  const { terminal, times } = context;
  const { batches, in_flight, waiting, at_least, oldest_wait, throttled, limits, messages } = queue;
  const table = limitTable(limits, terminal);
  const least = at_least === undefined ? '' : 'at least ';
  return [
    ...holdLines(queue, context).map((line) => terminal.colours.yellow(line)),
    ...throttled.map(
      ({ account, until }) => `${printable(account)}: nothing is sent before ${times.timeOfDay(until)}.`,
    ),
    `${least}${in_flight} in flight and ${waiting} waiting, in ${counted(batches, 'batch', 'batches')}.`,
    ...waitLines(queue),
    ...(oldest_wait === undefined
      ? []
      : [`The oldest that waits is batch ${oldest_wait.batch_id}, accepted ${times.moment(oldest_wait.since)}.`]),
    ...messageLines(messages).map((line) => terminal.colours.yellow(line)),
    ...tableLines(table, terminal.colours),
  ];
};

const words: Readonly<Record<WaitKind, string>> = {
  turn: 'come next',
  dependency: 'wait for others of their batch',
  limit: 'wait for room',
  lock: 'wait for a lock',
  hold: 'are held',
  stop: 'will not start',
};

const waitLines = ({ waits }: QueueView): readonly string[] =>
  (Object.keys(words) as WaitKind[]).flatMap((kind) =>
    waits[kind] === undefined ? [] : [`  ${waits[kind]} ${words[kind]}`],
  );

const messageLines = ({ unread, rejected }: QueueView['messages']): readonly string[] => [
  ...(unread.count === 0 ? [] : [`The dispatcher has not read ${told(unread)} yet.`]),
  ...(rejected.count === 0
    ? []
    : [`The dispatcher could not read ${told(rejected)}: docs/runbook.md, RejectedMessages.`]),
];

const told = ({ count, at_least }: CountView): string =>
  `${at_least === undefined ? '' : 'at least '}${counted(count, 'message')}`;
