import { present } from '../../domain/present.ts';
import type { TargetList } from '../../usecases/targets/list-targets.ts';
import type { TargetView } from '../../usecases/targets/target-view.ts';
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
  readonly drift?: boolean;
}

/** The API's page limit. */
const pageSize = 1_000;
const filters = ['environment', 'cluster', 'pillar', 'service', 'state', 'actor', 'text'] as const;

/** Shows what runs where. */
export const targets = async (context: CommandContext, options: TargetsOptions): Promise<ExitStatus> => {
  const drift = options.drift === true ? { drift: 'true' } : {};
  const asked = queryOf(context, { ...present(options, filters), ...drift });
  const path = `/targets?${asked === '' ? '' : `${asked}&`}limit=${pageSize}`;
  const pages = await readPages<TargetList>(context, path);
  const found = pages.flatMap((page) => page.targets);
  const table = targetTable(found, context.terminal, context.times);
  print(context, { targets: found }, [
    ...(found.length === 0
      ? emptyLines(options)
      : [...tableLines(table, context.terminal.colours), ...found.flatMap(driftLines)]),
  ]);
  return exitStatus.done;
};

const emptyLines = ({ drift }: TargetsOptions): readonly string[] =>
  drift === true
    ? ['Nothing that was verified has drifted, as far as the last surveys have seen.']
    : [
        'Nothing was deployed there yet, or nothing that you may see.',
        'Deployments by an earlier server version appear once an administrator has run: flotilla migrate',
      ];

/** What differs from what was deployed. Nothing is undone automatically. */
const driftLines = ({ key, cluster, drift }: TargetView): readonly string[] => {
  if (drift === undefined) return [];
  const more = drift.count - drift.fields.length;
  return [
    `${key} on ${cluster} is not as it was deployed:`,
    ...drift.fields.map(({ object, path, from = 'nothing', to = 'nothing', manager }) =>
      path === undefined
        ? `  ${object} is gone`
        : `  ${object} ${path}: ${from} -> ${to}${manager === undefined ? '' : ` (${manager})`}`,
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
};
