import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { holdLines } from '../hold-lines.ts';
import { readBatches } from '../read-batches.ts';
import { batchTable, leftOutLines } from '../tables.ts';

/** The most that this command shows: a hundred of the largest pages. */
export const mostListed = 10_000;

/** Shows the latest batches, and says when there are more. */
export const list = async (context: CommandContext, options: { readonly limit: number }): Promise<ExitStatus> => {
  const answer = await readBatches(context.client, options.limit);
  const { batches, next_after } = answer;
  const { colours } = context.terminal;
  const held = holdLines(answer, context);
  const table = batchTable(batches, context.terminal, context.times);
  print(context, answer, [
    ...held.map((line) => colours.yellow(line)),
    ...(batches.length === 0
      ? ['There is no batch yet, or none that you may see.']
      : [...table.lines, ...leftOutLines(table, colours)]),
    ...(next_after === undefined ? [] : [moreOf(context, options.limit)]),
  ]);
  return exitStatus.done;
};

const moreOf = ({ command }: CommandContext, limit: number): string => {
  if (limit >= mostListed) return 'There are more: --json has next_after, from where GET /batches?after=… reads on.';
  return `There are more: ${command('list', '--limit', String(Math.min(mostListed, limit * 5)))}`;
};
