import { present } from '../../domain/present.ts';
import type { ChangeList } from '../../usecases/targets/list-changes.ts';
import { changeTable } from '../change-tables.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { queryOf, wordsOf } from '../list-filters.ts';
import { readPages } from '../read-pages.ts';
import { tableLines } from '../tables.ts';

const filters = [...['since', 'until', 'environment', 'cluster', 'pillar', 'service', 'actor', 'status']] as const;

export interface ChangesOptions extends Readonly<Partial<Record<(typeof filters)[number], string>>> {
  readonly limit: number;
}

/** Shows what has changed where, newest first. */
export const changes = async (context: CommandContext, options: ChangesOptions): Promise<ExitStatus> => {
  const given = present(options, filters);
  const { limit } = options;
  const found = await readChanges(context, queryOf(context, given), limit);
  const { colours } = context.terminal;
  const table = changeTable(found.changes, context.terminal, context.times);
  const since = context.times.minute(found.since);
  const more = context.command('changes', ...wordsOf(given), '--limit', String(limit * 5));
  print(context, found, [
    ...(found.changes.length === 0
      ? [`Nothing has changed since ${since}, or nothing that you may see.`]
      : tableLines(table, colours)),
    ...(found.more ? [`There are more since ${since}: ${more}`] : []),
  ]);
  return exitStatus.done;
};

/** The first of them. `more`: others follow. */
export const readChanges = async (
  context: Pick<CommandContext, 'client'>,
  query: string,
  limit: number,
): Promise<Pick<ChangeList, 'changes' | 'since' | 'until'> & { readonly more: boolean }> => {
  const path = `/changes?${query === '' ? '' : `${query}&`}limit=${Math.min(limit, 1_000)}`;
  const pages = await readPages<ChangeList>(context, path, { count: (page) => page.changes.length, most: limit - 1 });
  const all = pages.flatMap((page) => page.changes);
  const { since, until } = pages[0];
  const more = all.length > limit || pages.at(-1)?.next_after !== undefined;
  return { changes: all.slice(0, limit), since, ...(until === undefined ? {} : { until }), more };
};
