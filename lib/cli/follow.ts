import type { Clock } from '../domain/ports.ts';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { DeploymentView } from '../usecases/deployment/deployment-view.ts';
import type { DeploymentList } from '../usecases/deployment/list-deployments.ts';
import type { EventFeed } from '../usecases/record/follow-feed.ts';
import type { ApiClient } from './api-client.ts';
import type { CommandContext } from './command-context.ts';
import { endStatus } from './end-status.ts';
import { explainDeployments } from './explain.ts';
import { CommandFailure, type ExitStatus, exitStatus, Unreachable } from './failure.ts';
import type { PlanRange } from './follow-view.ts';
import { makeFollowView } from './follow-views.ts';
import { Patience } from './patience.ts';
import { readDeployments } from './read-deployments.ts';
import { reportEnd } from './report-end.ts';
import type { Simulated } from './simulation.ts';
import { batchLines } from './status-lines.ts';
import { onStopSignal, type StopSignal, signalStatus } from './stop-signal.ts';

export interface Following {
  readonly batchId: string;
  readonly simulated: Simulated;
  /** Seconds. */
  readonly timeout?: number | undefined;
  /** How many seconds to keep asking a server that does not answer. */
  readonly patience?: number | undefined;
  /** Ends it before. */
  readonly stop?: AbortSignal;
  /** Where to post its end. */
  readonly report?: URL | undefined;
}

export interface Followed {
  readonly batch: BatchView;
  readonly deployments: readonly DeploymentView[];
}

/** An option without effect is a mistake. */
export const checkFollowing = (
  isFollowing: boolean | undefined,
  options: { readonly timeout: number | undefined; readonly patience?: number | undefined },
): void => {
  const useless = Object.entries(options).find(([, given]) => given !== undefined)?.[0];
  if (useless === undefined || isFollowing) return;
  throw new CommandFailure(exitStatus.usage, [`--${useless} is for --follow, and without that it has no effect.`]);
};

/** Shows a batch until it has ended, then why deployments failed. Returns the exit status. */
export const follow = async (context: CommandContext, following: Following): Promise<ExitStatus> => {
  const { terminal, json } = context;
  const stop = new AbortController();
  const callOff = onStopSignal((name) => stop.abort(name));
  const followed = await followBatch(context, { ...following, stop: stop.signal })
    .catch((error: unknown) => {
      throw goingOn(context, following.batchId, error);
    })
    .finally(callOff);
  if (followed === undefined) return leave(context, following, stop.signal);
  const { batch, deployments } = followed;
  const { colours } = terminal;
  const lines = json
    ? [JSON.stringify({ ...batch, simulated: following.simulated, deployments })]
    : [
        ...explainDeployments(deployments, { ...following, colours, command: context.command }),
        ...batchLines(batch, colours, context.times),
      ];
  for (const line of lines) terminal.out(line);
  if (following.report !== undefined) await reportEnd(context, following.report, batch);
  return endStatus(batch);
};

const again = ({ command }: CommandContext, batchId: string): string => command('status', batchId, '--follow');

/** If the server does not answer, says that the batch continues, and how to follow it again. */
export const goingOn = (context: CommandContext, batchId: string, error: unknown): unknown =>
  error instanceof Unreachable
    ? error.with(`The batch goes on: ${again(context, batchId)}`, { batch_id: batchId })
    : error;

/** Before the batch has ended. */
const leave = (context: CommandContext, following: Following, stop: AbortSignal): ExitStatus => {
  const { batchId, timeout } = following;
  const { error } = context.terminal;
  if (stop.aborted) {
    const cancel = context.command('cancel', batchId);
    error(`Stopped following; batch ${batchId} goes on: ${again(context, batchId)}. To stop it: ${cancel}`);
    return signalStatus[stop.reason as StopSignal];
  }
  error(`Batch ${batchId} has not ended after ${timeout} s. It goes on: ${again(context, batchId)}`);
  return exitStatus.timedOut;
};

/** Shows a batch until it has ended; undefined if it ran out of time or was stopped. */
export const followBatch = async (
  context: Pick<CommandContext, 'client' | 'terminal' | 'json' | 'times' | 'clock'>,
  { batchId, simulated, timeout, patience, stop }: Following,
): Promise<Followed | undefined> => {
  const signal = AbortSignal.any([
    ...(stop === undefined ? [] : [stop]),
    ...(timeout === undefined ? [] : [AbortSignal.timeout(timeout * 1000)]),
  ]);
  const { client, clock } = context;
  const view = makeFollowView(context.terminal, { ...context, simulated });
  // Messages appear above the redrawn lines.
  const waiting = new Patience(context, { seconds: patience, signal, beforeTelling: () => view.settle() });
  const patient = new PatientReader(client, signal, waiting);
  try {
    if (view.isLive) view.about(await patient.batch(batchId));
    view.begin(await patient.deployments(batchId));
    const askForWaiting = paced(clock, waitingPause);
    const askForCauses = paced(clock, waitingPause);
    for (let after = 0, ended = false; !ended; ) {
      const feed = await patient.events(batchId, after);
      // Only the plan knows clusters and order.
      if (feed.events.some(({ reason }) => reason === 'Planned')) view.begin(await patient.deployments(batchId));
      for (const event of feed.events) view.event(event);
      view.show();
      const shown = view.waiting();
      if (shown !== undefined && !feed.ended && askForWaiting()) view.update(await patient.waiting(batchId, shown));
      if (view.isUnexplained() && !feed.ended && askForCauses()) view.update(await patient.skipped(batchId));
      after = feed.next_after;
      ended = feed.ended;
    }
    const followed = { batch: await patient.batch(batchId), deployments: await patient.deployments(batchId) };
    view.begin(followed.deployments);
    return followed;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    view.end();
  }
};

/**
 * It reads a row for each deployment in flight, which the dispatcher uses too, and a busy batch has events all the
 * time.
 */
const waitingPause = 2_000;

/** True at the first call, and again after so many milliseconds. */
const paced = (clock: Pick<Clock, 'now'>, pause: number): (() => boolean) => {
  let due = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.now();
    if (now < due) return false;
    due = now + pause;
    return true;
  };
};

/** Keeps reading while the server does not answer for a moment. */
class PatientReader {
  readonly #client: ApiClient;
  readonly #signal: AbortSignal;
  readonly #patience: Patience;

  constructor(client: ApiClient, signal: AbortSignal, patience: Patience) {
    this.#client = client;
    this.#signal = signal;
    this.#patience = patience;
  }

  deployments(batchId: string): Promise<readonly DeploymentView[]> {
    return this.#patience.until(() => readDeployments(this.#client, batchId, { signal: this.#signal }));
  }

  waiting(batchId: string, { from, limit }: PlanRange): Promise<readonly DeploymentView[]> {
    const path = `/batches/${encodeURIComponent(batchId)}/deployments?status=PENDING&from=${from}&limit=${limit}`;
    return this.#patience.until(async () => {
      const { deployments } = await this.#client.ask<DeploymentList>(path, { signal: this.#signal });
      return deployments;
    });
  }

  /** With their root causes. */
  skipped(batchId: string): Promise<readonly DeploymentView[]> {
    const asked = { query: 'status=SKIPPED', signal: this.#signal };
    return this.#patience.until(() => readDeployments(this.#client, batchId, asked));
  }

  batch(batchId: string): Promise<BatchView> {
    return this.#patience.until(() =>
      this.#client.ask(`/batches/${encodeURIComponent(batchId)}`, { signal: this.#signal }),
    );
  }

  events(batchId: string, after: number): Promise<EventFeed> {
    const path = `/batches/${encodeURIComponent(batchId)}/events?after=${after}&wait=10&limit=1000`;
    return this.#patience.until(() => this.#client.ask(path, { signal: this.#signal }));
  }
}
