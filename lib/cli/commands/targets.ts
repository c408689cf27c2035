import { present } from '../../domain/present.ts';
import type { TargetList } from '../../usecases/targets/list-targets.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { queryOf } from '../list-filters.ts';
import { readPages } from '../read-pages.ts';
import { tableLines, targetTable } from '../tables.ts';

export interface TargetsOptions {
  readonly environment?: string;
  readonly cluster?: string;
  readonly pillar?: string;
  readonly service?: string;
  readonly state?: string;
  readonly actor?: string;
  readonly text?: string;
}

/** The most that the API gives at once. */
const pageSize = 1_000;
const filters = ['environment', 'cluster', 'pillar', 'service', 'state', 'actor', 'text'] as const;

/** Shows what runs where. */
export const targets = async (context: CommandContext, options: TargetsOptions): Promise<ExitStatus> => {
  const asked = queryOf(context, present(options, filters));
  const path = `/targets?${asked === '' ? '' : `${asked}&`}limit=${pageSize}`;
  const pages = await readPages<TargetList>(context, path);
  const found = pages.flatMap((page) => page.targets);
  const table = targetTable(found, context.terminal, context.times);
  print(context, { targets: found }, [
    ...(found.length === 0
      ? [
          'Nothing was deployed there yet, or nothing that you may see.',
          'What an earlier version of the server has deployed is told when an administrator has run: flotilla migrate',
        ]
      : tableLines(table, context.terminal.colours)),
  ]);
  return exitStatus.done;
};
