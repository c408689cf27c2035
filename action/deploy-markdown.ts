import { counted } from '../lib/domain/counted.ts';
import { askedFor } from '../lib/domain/plan/action.ts';
import { secondsBetween, verdictOf } from '../lib/domain/report/report.ts';
import type { BatchView } from '../lib/usecases/batch/read-batch.ts';
import type { DeploymentView } from '../lib/usecases/deployment/deployment-view.ts';
import { shownText } from './shown-text.ts';

export interface DeployText {
  readonly batch: BatchView;
  readonly deployments: readonly DeploymentView[];
  /** The address of the batch. */
  readonly url: string;
  /** More sentences about this run. */
  readonly notes: readonly string[];
}

/** The job summary of a batch. */
export const deployMarkdown = ({ batch, deployments, url, notes }: DeployText, rows: number): string => {
  const left = deployments.length - rows;
  const told = [...deployments].sort((one, other) => trouble(one) - trouble(other));
  return [
    `## ${signOf(batch)} ${shownText(batch.name)}: ${batch.status}`,
    '',
    `${shownText(batch.reason)}: ${shownText(batch.message)}`,
    '',
    ...notes.flatMap((note) => [shownText(note), '']),
    ...(rows === 0
      ? []
      : ['| status | deployment | version | environment | duration | reason |', '|---|---|---|---|--:|---|']),
    ...told.slice(0, rows).map(rowOf),
    ...(left > 0 ? ['', `… and ${counted(left, 'more deployment')}.`] : []),
    '',
    `Batch [\`${batch.batch_id}\`](${url})`,
    '',
  ].join('\n');
};

const signs: Readonly<Partial<Record<BatchView['status'], string>>> = {
  SUCCESS: '✅',
  PENDING: '⏳',
  PROCESSING: '⏳',
  CANCELLED: '⏹️',
};

const signOf = ({ status }: Pick<BatchView, 'status'>): string => signs[status] ?? '❌';

const order = ['failed', 'error', 'skipped', 'passed'];

/** Failures come first. */
const trouble = (deployment: DeploymentView): number => order.indexOf(verdictOf(deployment));

const rowOf = (deployment: DeploymentView): string => {
  const { key, status, environment_id, reason, message, failure, started_at, ended_at } = deployment;
  const seconds = secondsBetween(started_at, ended_at);
  const why = failure === undefined ? message : `${message} (${failure.reason}: ${failure.message})`;
  const cells = [status, key, versions(deployment), environment_id, seconds === undefined ? '' : duration(seconds)];
  return `| ${[...cells, `${reason}: ${why}`].map(shownText).join(' | ')} |`;
};

/** `2.3.0 → 2.4.0`; and after a restore, `2.3.0 → 2.4.0 → 2.3.0`. */
const versions = (deployment: DeploymentView): string => {
  const { release_before: before, release_after: after } = deployment;
  const asked = askedFor(deployment, deployment.docker_image_version);
  const wentBack = after !== undefined && after !== asked && deployment.status !== 'SUCCESS';
  return `${before === undefined ? '' : `${before} `}→ ${asked}${wentBack ? ` → ${after}` : ''}`;
};

const duration = (seconds: number): string => {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
