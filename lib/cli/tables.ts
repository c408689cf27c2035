import { listed } from '../domain/batch/findings.ts';
import { entryOf } from '../domain/catalogue/catalogue.ts';
import type { Status } from '../domain/deployment/status.ts';
import { askedFor } from '../domain/plan/action.ts';
import type { TargetState } from '../domain/targets/target-row.ts';
import type { ListedBatch } from '../usecases/batch/list-batches.ts';
import type { PlanPreview } from '../usecases/plan/preview-plan.ts';
import type { TargetView } from '../usecases/targets/target-view.ts';
import { type Column, type FittedTable, fitTable } from './fit-table.ts';
import type { ColourName, Colours } from './palette.ts';
import { versionCell, withoutBefore } from './plan-records.ts';
import { isSimulated, type Simulated } from './simulation.ts';
import { colourOf } from './status-lines.ts';
import type { Terminal } from './terminal.ts';
import type { Times } from './times.ts';

export interface DeploymentLine {
  readonly index?: number;
  readonly key: string;
  readonly docker_image_version?: string;
  readonly action?: 'delete' | 'scale' | undefined;
  readonly replicas?: number | undefined;
  readonly cluster?: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
}

type Look = Pick<Terminal, 'columns' | 'colours'>;

/** A mark for what is simulated. */
export const mark = ' (simulated)';

const on = (simulated: Simulated, cluster: string | undefined): string =>
  `${cluster ?? '-'}${isSimulated(simulated, cluster) ? mark : ''}`;

/** A line above every table says what is simulated. */
const onColumn: Column = { head: 'ON', spare: 2, short: (cell) => cell.replace(mark, '') };

const statusColumn = (colours: Colours): Column => ({
  head: 'STATUS',
  cut: 'constant',
  least: 7,
  paint: (status) => colourOf(status, colours),
});

const sentence = (head: string): Column => ({ head, cut: 'sentence', least: 8, spare: 1 });

/** Nobody compares a whole digest by eye; --json has all of it. */
export const shortDigests = (cell: string): string => cell.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/g, '$1…');

const versionColumn: Column = { head: 'VERSION', cut: 'name', short: shortDigests };

const environmentColumn: Column = { head: 'ENVIRONMENT', cut: 'name', spare: 3 };

export const deploymentTable = (
  deployments: readonly DeploymentLine[],
  { terminal, simulated }: { readonly terminal: Look; readonly simulated: Simulated },
): FittedTable =>
  fitTable(
    [
      { head: 'DEPLOYMENT' },
      versionColumn,
      { ...onColumn, early: true },
      statusColumn(terminal.colours),
      sentence('WHY'),
    ],
    deployments.map(({ key, cluster, status, reason, message, ...asked }) => [
      key,
      askedFor(asked, asked.docker_image_version),
      on(simulated, cluster),
      status,
      // PENDING already means waiting; there is little room, and the message says for what.
      reason === 'AwaitingTurn' ? message : `${reason}: ${message}`,
    ]),
    terminal.columns,
  );

export const batchTable = (batches: readonly ListedBatch[], { columns, colours }: Look, times: Times): FittedTable =>
  fitTable(
    [
      { head: 'BATCH' },
      statusColumn(colours),
      // A truncated time would be another time.
      { head: 'SUBMITTED', spare: 1 },
      { head: 'BY', cut: 'name', spare: 3, early: true },
      // A long message takes no room from columns with less.
      { head: 'NAME', cut: 'sentence', least: 16 },
      { ...sentence('MESSAGE'), spare: 2 },
    ],
    batches.map(({ batch_id, status, created_at, submitted_by, name, message }) => [
      batch_id,
      status,
      times.minute(created_at),
      submitted_by,
      name,
      message,
    ]),
    columns,
  );

/** In the given order, numbered from 1. The place is kept longest: people read a plan for that. */
/** For clusters that are asked from a separate network. */
export const atPlace = ({ place }: { readonly place?: string }): string => (place === undefined ? '' : ` at ${place}`);

export const planTable = (plan: PlanPreview, { columns }: Pick<Look, 'columns'>): FittedTable =>
  fitTable(
    [
      { head: '#' },
      { head: 'LEVEL', spare: 5, early: true },
      { head: 'PRIORITY', spare: 6, early: true },
      { head: 'DEPLOYMENT' },
      { ...versionColumn, shortest: withoutBefore },
      environmentColumn,
      onColumn,
      { ...sentence('WAITS FOR'), spare: 4 },
    ],
    plan.deployments.map((deployment, at) => [
      String(at + 1),
      String(deployment.level),
      String(deployment.priority),
      deployment.key,
      versionCell(deployment),
      deployment.environment_id,
      `${on(plan.simulated, deployment.cluster)}${atPlace(deployment)}`,
      deployment.dependencies.join(', ') || '-',
    ]),
    columns,
  );

const stateColours: Readonly<Record<TargetState, ColourName>> = {
  changing: 'yellow',
  verified: 'green',
  failed: 'red',
  unknown: 'red',
  restored: 'blue',
  deleted: 'gray',
  adopted: 'blue',
};

/** What runs where; during a change, with what ran before. Shows the environment if there are several. */
export const targetTable = (targets: readonly TargetView[], { columns, colours }: Look, times: Times): FittedTable => {
  const isOne = new Set(targets.map(({ environment }) => environment)).size < 2;
  return fitTable(
    [
      { head: 'SERVICE' },
      ...(isOne ? [] : [environmentColumn]),
      { head: 'ON', cut: 'name', spare: 2 },
      versionColumn,
      { head: 'STATE', paint: (cell) => colours[entryOf(stateColours, cell.split(',')[0]!) ?? 'gray'] },
      { head: 'SINCE', spare: 1 },
      { head: 'BY', cut: 'name', spare: 4, early: true },
      { head: 'BATCH', spare: 3 },
    ],
    targets.map((target) => [
      target.key,
      ...(isOne ? [] : [target.environment]),
      target.cluster,
      targetVersion(target),
      [
        target.state,
        ...(target.drift === undefined ? [] : ['drift']),
        ...(target.held === undefined ? [] : ['held']),
      ].join(', '),
      times.minute(target.since),
      target.by_name ?? target.by ?? '-',
      target.batch_id,
    ]),
    columns,
  );
};

const targetVersion = ({ state, version, before, ...asked }: TargetView): string => {
  if (state === 'changing')
    return `${before === undefined ? 'nothing' : standsThere(before)} -> ${askedFor(asked, version)}`;
  return standsThere({ state, version });
};

const standsThere = ({
  state,
  version,
}: {
  readonly state: TargetState;
  readonly version?: string | undefined;
}): string => version ?? (state === 'deleted' ? 'nothing' : '?');

/** A table, and the columns that the terminal is too narrow for. */
export const tableLines = (table: FittedTable, colours: Colours): readonly string[] => [
  ...table.lines,
  ...leftOutLines(table, colours),
];

const leftOutLines = ({ leftOut }: FittedTable, colours: Colours): readonly string[] =>
  leftOut.length === 0 ? [] : [colours.dim(`No room for ${listed(leftOut)} in this terminal; --json has all.`)];
