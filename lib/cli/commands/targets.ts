import { counted } from '../../domain/counted.ts';
import { present } from '../../domain/present.ts';
import type { Backfilled } from '../../usecases/targets/backfill-now.ts';
import type { TargetList } from '../../usecases/targets/list-targets.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { queryOf } from '../list-filters.ts';
import { posting } from '../posting.ts';
import { readPages } from '../read-pages.ts';
import { leftOutLines, targetTable } from '../tables.ts';

export interface TargetsOptions {
  readonly environment?: string;
  readonly cluster?: string;
  readonly pillar?: string;
  readonly service?: string;
  readonly state?: string;
  readonly actor?: string;
  readonly text?: string;
}

/** Shows what runs where, or has that written for what was deployed by an earlier version. */
export const targets = (context: CommandContext, options: TargetsOptions, action?: string): Promise<ExitStatus> => {
  if (action === 'backfill') return backfill(context);
  if (action === undefined) return show(context, options);
  throw new CommandFailure(exitStatus.usage, [`There is no targets ${printable(action)}, only targets backfill.`]);
};

/** The most that the API gives at once. */
const pageSize = 1_000;
const filters = ['environment', 'cluster', 'pillar', 'service', 'state', 'actor', 'text'] as const;

const show = async (context: CommandContext, options: TargetsOptions): Promise<ExitStatus> => {
  const asked = queryOf(context, present(options, filters));
  const path = `/targets?${asked === '' ? '' : `${asked}&`}limit=${pageSize}`;
  const pages = await readPages<TargetList>(context, path, { count: (page) => page.targets.length });
  const found = pages.flatMap((page) => page.targets);
  const table = targetTable(found, context.terminal, context.times);
  print(context, { targets: found }, [
    ...(found.length === 0
      ? [
          'Nothing was deployed there yet, or nothing that you may see.',
          'What an earlier version of the server has deployed is told when an administrator has run: flotilla targets backfill',
        ]
      : [...table.lines, ...leftOutLines(table, context.terminal.colours)]),
  ]);
  return exitStatus.done;
};

type Counts = Omit<Backfilled, 'next_after'>;

/** Part by part, until all batches were gone through. */
const backfill = async (context: CommandContext): Promise<ExitStatus> => {
  const sum = { batches: 0, batches_without_plan: 0, targets: 0, written: 0, there: 0, unrecorded: 0 };
  for (let after: string | undefined; ; ) {
    const part: Backfilled = await context.client.ask<Backfilled>(
      '/targets/backfill',
      posting(after === undefined ? {} : { after }),
    );
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += part[name];
    after = part.next_after;
    if (after === undefined) break;
  }
  print(context, sum, backfilledLines(sum));
  return exitStatus.done;
};

const backfilledLines = (sum: Counts): readonly string[] => [
  `Went through ${counted(sum.batches, 'batch', 'batches')} with ${counted(sum.targets, 'deployment')}: wrote ${counted(sum.written, 'target')}, ` +
    `found ${sum.there} written, and of ${sum.unrecorded} nothing is recorded.`,
  ...(sum.batches_without_plan === 0
    ? []
    : [`Of ${counted(sum.batches_without_plan, 'batch', 'batches')} there is no plan: never made, or kept no longer.`]),
];
