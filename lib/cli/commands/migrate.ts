import { counted } from '../../domain/counted.ts';
import type { Migrated } from '../../usecases/migrate/migrate.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { posting } from '../posting.ts';

type Counts = Omit<Migrated, 'next_after'>;

/** Writes the rows that an earlier version did not have, part by part, for all batches. */
export const migrate = async (context: CommandContext): Promise<ExitStatus> => {
  const sum = { batches: 0, batches_without_plan: 0, deployments: 0, targets: 0, index_rows: 0, deleted: 0 };
  for (let after: string | undefined; ; ) {
    const part: Migrated = await context.client.ask<Migrated>(
      '/migrate',
      posting(after === undefined ? {} : { after }),
    );
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += part[name];
    after = part.next_after;
    if (after === undefined) break;
  }
  print(context, sum, migratedLines(sum));
  return exitStatus.done;
};

const migratedLines = (sum: Counts): readonly string[] => [
  `Went through ${counted(sum.batches, 'batch', 'batches')} with ${counted(sum.deployments, 'deployment')}: ` +
    `wrote ${counted(sum.targets, 'target')} and ${counted(sum.index_rows, 'index row')}, deleted ${counted(sum.deleted, 'index row')}.`,
  ...(sum.batches_without_plan === 0
    ? []
    : [`Of ${counted(sum.batches_without_plan, 'batch', 'batches')} there is no plan: never made, or kept no longer.`]),
];
