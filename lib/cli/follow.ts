import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { DeploymentView } from '../usecases/deployment/deployment-view.ts';
import type { DeploymentList } from '../usecases/deployment/list-deployments.ts';
import type { EventFeed } from '../usecases/record/read-events.ts';
import type { ApiClient } from './api-client.ts';
import type { CommandContext } from './command-context.ts';
import { endStatus } from './end-status.ts';
import { explainDeployments } from './explain.ts';
import { CommandFailure, type ExitStatus, exitStatus, Unreachable } from './failure.ts';
import { makeFollowView, type PlanRange } from './follow-views.ts';
import { readDeployments } from './read-deployments.ts';
import type { Simulated } from './simulation.ts';
import { batchLines } from './status-lines.ts';
import { onStopSignal, type StopSignal, signalStatus } from './stop-signal.ts';

export interface Following {
  readonly batchId: string;
  readonly simulated: Simulated;
  /** Seconds. */
  readonly timeout?: number | undefined;
  /** Ends it before. */
  readonly stop?: AbortSignal;
}

export interface Followed {
  readonly batch: BatchView;
  readonly deployments: readonly DeploymentView[];
}

/** An option without effect is a mistake: whoever gives it expects something. */
export const checkFollowing = (options: { readonly follow?: boolean; readonly timeout?: number }): void => {
  if (options.timeout === undefined || options.follow) return;
  throw new CommandFailure(exitStatus.usage, ['--timeout ends --follow, and without that it has no effect.']);
};

/** Shows a batch until it has ended, then why what failed has failed. Gives the exit status. */
export const follow = async (context: CommandContext, following: Following): Promise<ExitStatus> => {
  const { terminal, json } = context;
  const stop = new AbortController();
  const callOff = onStopSignal((name) => stop.abort(name));
  const followed = await followBatch(context, { ...following, stop: stop.signal })
    .catch((error: unknown) => {
      throw error instanceof Unreachable ? goesOnUnseen(error, again(context, following)) : error;
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
  return endStatus(batch);
};

const again = ({ command }: CommandContext, { batchId }: Following): string => command(`status ${batchId} --follow`);

/** Before the batch has ended. */
const leave = (context: CommandContext, following: Following, stop: AbortSignal): ExitStatus => {
  const { batchId, timeout } = following;
  const { error } = context.terminal;
  if (stop.aborted) {
    const cancel = context.command(`cancel ${batchId}`);
    error(`Stopped following; batch ${batchId} goes on: ${again(context, following)}. To stop it: ${cancel}`);
    return signalStatus[stop.reason as StopSignal];
  }
  error(`Batch ${batchId} has not ended after ${timeout} s. It goes on: ${again(context, following)}`);
  return exitStatus.timedOut;
};

/** The server was away for too long. */
const goesOnUnseen = ({ status, lines, problem }: Unreachable, command: string): Unreachable =>
  new Unreachable(status, [...lines, `The batch goes on: ${command}`], problem);

/** Shows a batch until it has ended; undefined when the time was over or it was stopped before. */
export const followBatch = async (
  { client, terminal, json, times }: Pick<CommandContext, 'client' | 'terminal' | 'json' | 'times'>,
  { batchId, simulated, timeout, stop }: Following,
): Promise<Followed | undefined> => {
  const signal = AbortSignal.any([
    ...(stop === undefined ? [] : [stop]),
    ...(timeout === undefined ? [] : [AbortSignal.timeout(timeout * 1000)]),
  ]);
  const view = makeFollowView(terminal, { json, simulated, times });
  const patient = new PatientReader(client, signal, () => {
    // What is redrawn is redrawn below it.
    view.end();
    terminal.error('No answer, trying again…');
  });
  try {
    view.begin(await patient.deployments(batchId));
    const askForWaiting = paced(waitingPause);
    for (let after = 0, ended = false; !ended; ) {
      const feed = await patient.events(batchId, after);
      // Only the plan knows clusters and order.
      if (feed.events.some(({ reason }) => reason === 'Planned')) view.begin(await patient.deployments(batchId));
      for (const event of feed.events) view.event(event);
      view.show();
      const waiting = view.waiting();
      if (waiting !== undefined && !feed.ended && askForWaiting()) view.update(await patient.waiting(batchId, waiting));
      after = feed.next_after;
      ended = feed.ended;
    }
    return { batch: await patient.batch(batchId), deployments: await patient.deployments(batchId) };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    view.end();
  }
};

/** That reads a row for each deployment in flight, where the dispatcher works too; a busy batch has events at every moment. */
const waitingPause = 2_000;

/** True when it is called for the first time, and after so many milliseconds again. */
const paced = (pause: number): (() => boolean) => {
  let due = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now < due) return false;
    due = now + pause;
    return true;
  };
};

const TRIES = 10;
const PAUSE = 1000;

/** Reads on although the server is away for a moment: what is followed goes on without its readers. */
class PatientReader {
  readonly #client: ApiClient;
  readonly #signal: AbortSignal;
  readonly #tellAway: () => void;
  #told = false;

  constructor(client: ApiClient, signal: AbortSignal, tellAway: () => void) {
    this.#client = client;
    this.#signal = signal;
    this.#tellAway = tellAway;
  }

  deployments(batchId: string): Promise<readonly DeploymentView[]> {
    return this.#patiently(() => readDeployments(this.#client, batchId, this.#signal));
  }

  waiting(batchId: string, { after, limit }: PlanRange): Promise<readonly DeploymentView[]> {
    const path = `/batches/${encodeURIComponent(batchId)}/deployments?limit=${limit}&after=${after}&status=PENDING`;
    return this.#patiently(async () => {
      const { deployments } = await this.#client.ask<DeploymentList>(path, { signal: this.#signal });
      return deployments;
    });
  }

  batch(batchId: string): Promise<BatchView> {
    return this.#patiently(() => this.#client.ask(`/batches/${encodeURIComponent(batchId)}`, { signal: this.#signal }));
  }

  events(batchId: string, after: number): Promise<EventFeed> {
    const path = `/batches/${encodeURIComponent(batchId)}/events?after=${after}&wait=10&limit=1000`;
    return this.#patiently(() => this.#client.ask(path, { signal: this.#signal }));
  }

  async #patiently<Answer>(read: () => Promise<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof Unreachable) || tries === TRIES) throw error;
        if (!this.#told) this.#tellAway();
        this.#told = true;
        await sleep(PAUSE, undefined, { signal: this.#signal });
      }
    }
  }
}
