import type { BatchList, ListedBatch } from '../../usecases/batch/list-batches.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { batchTable, leftOutLines } from '../tables.ts';

/** The most that the API gives at once, and the most that this command shows: a hundred times that. */
const pageSize = 100;
export const mostListed = 10_000;

/** Shows the latest batches, and says when there are more. */
export const list = async (context: CommandContext, options: { readonly limit: number }): Promise<ExitStatus> => {
  const answer = await readBatches(context.client, options.limit);
  const { batches, next_after } = answer;
  const { colours } = context.terminal;
  const table = batchTable(batches, context.terminal, context.times);
  print(context, answer, [
    ...(batches.length === 0
      ? ['There is no batch yet, or none that you may see.']
      : [...table.lines, ...leftOutLines(table, colours)]),
    ...(next_after === undefined ? [] : [moreOf(context, options.limit)]),
  ]);
  return exitStatus.done;
};

/** Page by page, until there are so many or no more. */
const readBatches = async (client: ApiClient, limit: number): Promise<BatchList> => {
  const batches: ListedBatch[] = [];
  for (let after: string | undefined; ; ) {
    const asked = `/batches?limit=${Math.min(pageSize, limit - batches.length)}`;
    const path = after === undefined ? asked : `${asked}&after=${encodeURIComponent(after)}`;
    const page: BatchList = await client.ask<BatchList>(path);
    batches.push(...page.batches);
    after = page.next_after;
    if (after === undefined) return { batches };
    if (batches.length >= limit) return { batches, next_after: after };
  }
};

const moreOf = ({ command }: CommandContext, limit: number): string => {
  if (limit >= mostListed) return 'There are more: --json has next_after, from where GET /batches?after=… reads on.';
  return `There are more: ${command('list', '--limit', String(Math.min(mostListed, limit * 5)))}`;
};
