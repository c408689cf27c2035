import { present } from '../../domain/present.ts';
import type { TargetDiff } from '../../usecases/targets/diff-targets.ts';
import { diffTable } from '../change-tables.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { queryOf } from '../list-filters.ts';
import { readPages } from '../read-pages.ts';
import { byFlags } from '../request-problems.ts';
import { tableLines } from '../tables.ts';

const filters = ['cluster', 'pillar', 'service'] as const;

export interface DiffOptions extends Readonly<Partial<Record<(typeof filters)[number], string>>> {
  readonly exitCode?: boolean;
}

/** Shows which services differ between two environments. */
export const diff = async (
  context: CommandContext,
  options: DiffOptions,
  ...[from = '', to = '']: string[]
): Promise<ExitStatus> => {
  const query = queryOf(context, { from, to, ...present(options, filters) });
  const path = `/targets/diff?${query}&limit=1000`;
  const pages = await readPages<TargetDiff>(context, path).catch((error: unknown) => {
    throw byFlags(error);
  });
  const found = pages.flatMap((page) => page.differences).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const compared = pages.reduce((sum, page) => sum + page.compared, 0);
  const table = diffTable(found, { from: printable(from), to: printable(to) }, context.terminal);
  print(context, { from, to, compared, differences: found }, [
    ...(found.length === 0 ? [] : tableLines(table, context.terminal.colours)),
    summary(found.length, compared),
  ]);
  return options.exitCode === true && found.length > 0 ? exitStatus.failed : exitStatus.done;
};

const summary = (differing: number, compared: number): string => {
  if (compared === 0) return 'Nothing was deployed to either, or nothing that you may see in both.';
  if (differing === 0)
    return compared === 1 ? 'It is the same in both.' : `All ${compared} services are the same in both.`;
  return `${differing} of ${compared} ${compared === 1 ? 'service differs' : 'services differ'}.`;
};
