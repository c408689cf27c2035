import type { Status } from '../domain/deployment/status.ts';
import type { ListedBatch } from '../usecases/batch/list-batches.ts';
import type { PlanPreview } from '../usecases/plan/preview-plan.ts';
import { type Column, fitTable } from './fit-table.ts';
import { versionCell } from './plan-records.ts';
import { isSimulated, type Simulated } from './simulation.ts';
import { paintStatus } from './status-lines.ts';
import { printable, type Terminal } from './terminal.ts';
import type { Times } from './times.ts';

export interface DeploymentLine {
  readonly index?: number;
  readonly key: string;
  readonly docker_image_version: string;
  readonly cluster?: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
}

type Look = Pick<Terminal, 'columns' | 'colours'>;

const on = (simulated: Simulated, cluster: string | undefined): string =>
  `${cluster ?? '-'}${isSimulated(simulated, cluster) ? ' (simulated)' : ''}`;

/** Of clusters only the mark may be cut off. */
const onColumn = (deployments: readonly { readonly cluster?: string }[]): Column => {
  const longest = deployments.reduce((most, { cluster = '-' }) => Math.max(most, cluster.length), 0);
  return { head: 'ON', cut: 'constant', least: longest + 2, spare: 2 };
};

const statusColumn: Column = { head: 'STATUS', cut: 'constant', least: 7 };
const sentence = (head: string): Column => ({ head, cut: 'sentence', least: 8, spare: 3 });

export const deploymentTable = (
  deployments: readonly DeploymentLine[],
  { terminal, simulated }: { readonly terminal: Look; readonly simulated: Simulated },
): string =>
  fitTable(
    [{ head: 'DEPLOYMENT' }, { head: 'VERSION', cut: 'name' }, onColumn(deployments), statusColumn, sentence('WHY')],
    deployments.map(({ key, docker_image_version, cluster, status, reason, message }) => [
      key,
      docker_image_version,
      on(simulated, cluster),
      paintStatus(status, terminal.colours),
      // That it awaits its turn is what PENDING means; there is little room, and the message says for what.
      reason === 'AwaitingTurn' ? printable(message) : `${reason}: ${printable(message)}`,
    ]),
    terminal.columns,
  );

export const batchTable = (batches: readonly ListedBatch[], { columns, colours }: Look, times: Times): string =>
  fitTable(
    [
      { head: 'BATCH' },
      statusColumn,
      // A time without its end is another one.
      { head: 'SUBMITTED', spare: 1 },
      { head: 'BY', cut: 'name' },
      { head: 'NAME', cut: 'name' },
      sentence('MESSAGE'),
    ],
    batches.map(({ batch_id, status, created_at, submitted_by, name, message }) => [
      batch_id,
      paintStatus(status, colours),
      times.minute(created_at),
      printable(submitted_by),
      printable(name),
      printable(message),
    ]),
    columns,
  );

/** In the order that it is handed, numbered from 1. */
export const planTable = (plan: PlanPreview, { columns }: Look): string =>
  fitTable(
    [
      { head: '#' },
      { head: 'LEVEL', spare: 4 },
      { head: 'PRIORITY', spare: 5 },
      { head: 'DEPLOYMENT' },
      { head: 'VERSION', cut: 'name' },
      { head: 'ENVIRONMENT', cut: 'name' },
      onColumn(plan.deployments),
      // Where each goes stands in the steps below as well.
      { ...sentence('WAITS FOR'), spare: 1 },
    ],
    plan.deployments.map((deployment, at) => [
      String(at + 1),
      String(deployment.level),
      String(deployment.priority),
      deployment.key,
      printable(versionCell(deployment)),
      deployment.environment_id,
      on(plan.simulated, deployment.cluster),
      deployment.dependencies.join(', ') || '-',
    ]),
    columns,
  );
