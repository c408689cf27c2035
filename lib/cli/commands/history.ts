import { present } from '../../domain/present.ts';
import { changeTable } from '../change-tables.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { exportHistory } from '../export-history.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { queryOf, wordsOf } from '../list-filters.ts';
import { tableLines } from '../tables.ts';
import { readChanges } from './changes.ts';

const filters = ['environment', 'cluster', 'since'] as const;

export interface HistoryOptions extends Readonly<Partial<Record<(typeof filters)[number], string>>> {
  readonly limit?: number;
  readonly export?: string;
}

const usualLimit = 20;
/** Everything since then. */
const always = '1970-01-01T00:00:00Z';

/** Shows what ran where for a service, and what failed, newest first; or writes it into files. */
export const history = async (context: CommandContext, options: HistoryOptions, key = ''): Promise<ExitStatus> => {
  const given = present(options, filters);
  if (options.export !== undefined) {
    return exportHistory(context, { key, ...given, limit: options.limit, folder: options.export });
  }
  const limit = options.limit ?? usualLimit;
  const query = queryOf(context, { service: key, since: always, ...given });
  const { changes, more } = await readChanges(context, query, limit);
  if (changes.length === 0 && Object.keys(given).length === 0) throw nothing(context, key);
  const table = changeTable(changes, context.terminal, context.times);
  const further = context.command('history', key, ...wordsOf(given), '--limit', String(limit * 5));
  print(context, { key, changes, more }, [
    ...(changes.length === 0 ? ['Nothing that you may see fits.'] : tableLines(table, context.terminal.colours)),
    ...(more ? [`There are more: ${further}`] : []),
  ]);
  return exitStatus.done;
};

const nothing = ({ command }: CommandContext, key: string): CommandFailure =>
  new CommandFailure(exitStatus.notFound, [
    `Nothing is recorded of ${printable(key)}, or nothing that you may see. What there is: ${command('targets')}`,
  ]);
