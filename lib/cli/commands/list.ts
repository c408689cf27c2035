import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { holdLines } from '../hold-lines.ts';
import { filtersTold, type Given, mostListed, queryOf, wordsOf } from '../list-filters.ts';
import { readBatches } from '../read-batches.ts';
import { batchTable, tableLines } from '../tables.ts';

/** Filters for batches; all that are given must match. */
const filterNames = [
  ...['status', 'environment', 'pillar', 'service', 'actor', 'origin', 'tag', 'text', 'since', 'until'],
] as const;

export interface ListOptions extends Readonly<Partial<Record<(typeof filterNames)[number], string>>> {
  readonly limit: number;
}

/** Shows the latest batches that match, and says if there are more. */
export const list = async (context: CommandContext, options: ListOptions): Promise<ExitStatus> => {
  const given = Object.fromEntries(filterNames.map((name) => [name, options[name]]));
  const answer = await readBatches(context.client, { limit: options.limit, query: queryOf(context, given) });
  const { batches, next_after } = answer;
  const { colours } = context.terminal;
  const held = holdLines(answer, context);
  const table = batchTable(batches, context.terminal, context.times);
  print(context, answer, [
    ...held.map((line) => colours.yellow(line)),
    ...(batches.length === 0 ? [nothingFits(context, given)] : tableLines(table, colours)),
    ...(next_after === undefined ? [] : [moreOf(context, given, options.limit)]),
  ]);
  return exitStatus.done;
};

const nothingFits = ({ command }: CommandContext, given: Given): string => {
  const filters = filtersTold(given);
  if (filters === '') return 'There is no batch yet, or none that you may see.';
  return `No batch that you may see fits ${filters}. All batches: ${command('list')}`;
};

const moreOf = ({ command }: CommandContext, given: Given, limit: number): string => {
  if (limit >= mostListed) return 'There are more: narrow them down, as with --since and --until.';
  const more = String(Math.min(mostListed, limit * 5));
  return `There are more: ${command('list', ...wordsOf(given), '--limit', more)}`;
};
