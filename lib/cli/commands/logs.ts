import type { ContainerLogs, LogsView, PodLogs } from '../../usecases/deployment/read-logs.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { explainEvidence } from '../explain.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { followLogs } from '../follow-logs.ts';
import { wholeId } from '../meant-batch.ts';

export interface LogsOptions {
  readonly container?: string;
  readonly tail?: number;
  readonly previous?: boolean;
  readonly follow?: boolean;
  readonly patience?: number;
}

/** Default number of lines for each container, the same as the API's. */
const usualTail = 100;

/** Shows the current logs of a deployment's pods. Exit status 1 if the cluster could not be asked. */
export const logs = async (
  context: CommandContext,
  { container, tail, previous, follow, patience }: LogsOptions,
  named = '',
  key = '',
): Promise<ExitStatus> => {
  const { client } = context;
  if (follow && previous) throw wrongUse('--previous shows a run that is over: leave out --follow.');
  if (!follow && patience !== undefined)
    throw wrongUse('--patience is for --follow, and without that it has no effect.');
  const id = await wholeId(client, named);
  const deployment = `/batches/${encodeURIComponent(id)}/deployments/${key.split('/').map(encodeURIComponent).join('/')}`;
  if (follow) return followLogs(context, { path: deployment, container, tail: tail ?? usualTail, patience });
  const query = new URLSearchParams({
    ...(container === undefined ? {} : { container }),
    ...(tail === undefined ? {} : { tail: String(tail) }),
    ...(previous ? { previous: 'true' } : {}),
  });
  const path = `${deployment}/logs`;
  const answer = await client.ask<LogsView>(query.size === 0 ? path : `${path}?${query}`);
  print(context, answer, linesOf(answer, context));
  return answer.reason === 'ClusterUnavailable' ? exitStatus.failed : exitStatus.done;
};

const wrongUse = (text: string): CommandFailure => new CommandFailure(exitStatus.usage, [text]);

const linesOf = (view: LogsView, { terminal: { colours }, times }: CommandContext): readonly string[] => {
  const { message, pods, pods_left_out: leftOut, jobs = [], recorded } = view;
  return [
    ...(message === undefined ? [] : [colours.yellow(printable(message))]),
    ...jobs.map(
      ({ name, active, succeeded, failed, ended, message: why }) =>
        `job ${name}: ${active} active, ${succeeded} succeeded, ${failed} failed${ended === undefined ? '' : `; ${ended}`}${why === undefined ? '' : `: ${printable(why)}`}`,
    ),
    ...pods.flatMap((pod) =>
      pod.containers.flatMap((one) => [colours.bold(headOf(pod, one, times)), ...linesOfContainer(one)]),
    ),
    ...(leftOut === undefined ? [] : [`… and ${leftOut} more pods, which were not read.`]),
    ...(recorded.length === 0 ? [] : ['Recorded when it failed:']),
    ...recorded.flatMap((one) => explainEvidence(one, '')),
  ];
};

const headOf = (
  { name: pod, phase, created_at }: PodLogs,
  { name, restarts }: ContainerLogs,
  times: CommandContext['times'],
): string => {
  const since = created_at === undefined ? '' : ` since ${times.moment(created_at)}`;
  return `${printable(pod)}, container ${printable(name)}: ${phase}${since}, ${restarts === 1 ? '1 restart' : `${restarts} restarts`}`;
};

const linesOfContainer = ({ lines, cut, message }: ContainerLogs): readonly string[] => [
  ...(cut ? ['  … earlier lines are left out: there is too much'] : []),
  ...(message === undefined ? [] : [`  ${printable(message)}`]),
  ...(lines.length === 0 && message === undefined ? ['  nothing'] : []),
  ...lines.map((line) => `  ${line}`),
];
