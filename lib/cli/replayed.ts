import { replay } from '../domain/record/replay.ts';
import type { HistoryView } from '../usecases/record/read-history.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { fitTable } from './fit-table.ts';
import { readEventsOf } from './read-record.ts';
import { colourOf, paintStatus } from './status-lines.ts';
import { tableLines } from './tables.ts';

/** What the API tells, for any number of events: reads the feed page by page and replays it here. */
export const readReplayed = async (
  { client }: Pick<CommandContext, 'client'>,
  { batch_id, total }: { readonly batch_id: string; readonly total: number },
  at: number,
): Promise<HistoryView> => {
  const events = await readEventsOf(client, batch_id);
  const event = events.find(({ number }) => number === at);
  const replayed = replay(
    events.filter(({ number }) => number <= at),
    total,
  );
  if (event !== undefined && replayed !== undefined) return { batch_id, at, time: event.at, total, ...replayed };
  const last = events.at(-1)?.number ?? 0;
  throw new CommandFailure(exitStatus.notFound, [
    `There is no event ${at} of batch ${batch_id}, or none that you may see: its feed has ${last}.`,
  ]);
};

/** A batch as it was, in lines. */
export const replayedLines = (
  told: HistoryView & { readonly name: string },
  { terminal, times }: Pick<CommandContext, 'terminal' | 'times'>,
): readonly string[] => {
  const { colours, columns } = terminal;
  const waiting = told.total - told.deployments.length;
  const table = fitTable(
    [
      { head: '#' },
      { head: 'DEPLOYMENT' },
      { head: 'STATUS', cut: 'constant', paint: (cell) => colourOf(cell, colours) },
      { head: 'WHY', cut: 'sentence', least: 16 },
    ],
    told.deployments.map(({ number, key, status, reason, message }) => [
      String(number),
      key,
      status,
      `${reason}: ${message}`,
    ]),
    columns,
  );
  return [
    `Batch ${told.batch_id}: ${printable(told.name)}`,
    `State at event ${told.at}, ${times.moment(told.time)}:`,
    `${paintStatus(told.status, colours)} / ${told.reason}: ${printable(told.message)}`,
    ...(told.deployments.length === 0 ? [] : tableLines(table, colours)),
    ...(waiting === 0 ? [] : [`Nothing had happened to ${waiting} of ${told.total} yet.`]),
  ];
};
