import { isTerminal } from '../domain/deployment/status.ts';
import type { DeploymentView } from '../usecases/deployment/deployment-view.ts';
import type { LogsView } from '../usecases/deployment/read-logs.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from './failure.ts';
import { type LogLook, type LogNews, LogStreams } from './log-streams.ts';
import { Patience } from './patience.ts';
import { onStopSignal, type StopSignal, signalStatus } from './stop-signal.ts';

export interface FollowedLogs {
  /** The deployment's key. */
  readonly path: string;
  readonly container: string | undefined;
  /** Lines to begin with. */
  readonly tail: number;
  readonly patience: number | undefined;
}

/** Each look is a request to a cluster for each container. */
const pause = 2_000;
/** Lines of each container read at once. */
const usualWindow = 1_000;

/**
 * Prints lines as they come, until the deployment ends or the user stops it. If the deployment has already ended, its
 * pods are followed until the user stops it. Without pods, or if it never started, there is nothing to follow.
 */
export const followLogs = async (context: CommandContext, following: FollowedLogs): Promise<ExitStatus> => {
  const { client, clock } = context;
  const { path, container, tail, patience: seconds } = following;
  const stop = new AbortController();
  const callOff = onStopSignal((name) => stop.abort(name));
  const { signal } = stop;
  const patience = new Patience(context, { seconds, signal });
  const window = Math.max(usualWindow, tail);
  const query = new URLSearchParams({ ...(container === undefined ? {} : { container }), tail: String(window) });
  const streams = new LogStreams(tail);
  const tell = tellIn(context, streams);
  const standing = (): Promise<DeploymentView> => patience.until(() => client.ask<DeploymentView>(path, { signal }));
  try {
    for (let hadEnded: boolean | undefined; ; ) {
      const deployment = await standing();
      const isFirst = hadEnded === undefined;
      hadEnded ??= isTerminal(deployment.status);
      // Read after that, so that the last lines before its end are shown.
      const view = await patience
        .until((): Promise<LogLook> => client.ask<LogsView>(`${path}/logs?${query}`, { signal }))
        .catch((error: unknown) => (hadEnded ? Promise.reject(error) : beforePlan(error)));
      for (const news of streams.take(view, window)) tell(news);
      const end = hadEnded ? isFirst && nothingToFollow(deployment, view) : endOf(deployment);
      if (end) {
        tell({ note: end });
        return exitStatus.done;
      }
      await clock.sleep(pause, signal);
      signal.throwIfAborted();
    }
  } catch (error) {
    if (signal.aborted) return signalStatus[signal.reason as StopSignal];
    throw error;
  } finally {
    callOff();
  }
};

const endOf = ({ key, status, reason }: DeploymentView): string | undefined =>
  isTerminal(status) ? `${key} has ended: ${status} / ${reason}` : undefined;

/** A CronJob without pods may start some at any time. */
const nothingToFollow = (one: DeploymentView, { reason, jobs }: LogLook): string | undefined => {
  const { key, status, attempts } = one;
  if (attempts === 0 && (status === 'SKIPPED' || status === 'CANCELLED'))
    return `${key} was never started (${status} / ${one.reason}): there is nothing to follow`;
  const isEmpty = reason === 'WorkloadMissing' || (reason === 'NoPods' && jobs === undefined);
  return isEmpty ? `${endOf(one)}, and it has no pods: there is nothing to follow` : undefined;
};

/** A batch that was just submitted has no plan yet, and so no pods. That is no reason to stop. */
const beforePlan = (error: unknown): LogLook => {
  const isEarly = error instanceof CommandFailure && 'code' in error.problem && error.problem.code === 'StatusConflict';
  if (!isEarly) throw error;
  return { message: error.lines[0] ?? '', pods: [] };
};

/** With a name before each line if there are several containers. */
const tellIn = ({ json, terminal }: CommandContext, streams: LogStreams) => {
  const nameOf = ({ pod = '', container = '' }: LogNews): string => `${printable(pod)}/${printable(container)}`;
  const toldOf = (news: LogNews & { readonly line: string }): string =>
    streams.count > 1 ? `${nameOf(news)} | ${news.line}` : news.line;
  return (news: LogNews): void => {
    if (json) terminal.out(JSON.stringify(news));
    else if ('line' in news) terminal.out(toldOf(news));
    else {
      const who = news.pod === undefined ? '' : `${nameOf(news)} `;
      terminal.error(terminal.colours.dim(`-- ${who}${printable(news.note)}`));
    }
  };
};
