import { isDeepStrictEqual } from 'node:util';
import { isTerminal } from '../domain/deployment/status.ts';
import type { Clock } from '../domain/ports.ts';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { EventView } from '../usecases/record/follow-feed.ts';
import type { FollowView, PlanRange } from './follow-view.ts';
import type { LiveDeployment } from './live-deployment.ts';
import { type LiveState, liveLines } from './live-view.ts';
import type { Simulated } from './simulation.ts';
import type { Terminal } from './terminal.ts';

export interface LiveOptions {
  readonly simulated: Simulated;
  readonly clock: Pick<Clock, 'now'>;
}

/** Deployments that the API lists in one answer. */
const mostAtOnce = 1000;

/** A view that changes in place: with events, and each second. */
export class LiveFollowView implements FollowView {
  readonly isLive = true;
  readonly #terminal: Terminal;
  readonly #options: LiveOptions;
  readonly #deployments = new Map<string, LiveDeployment>();
  readonly #stopTicking: () => void;
  #about: LiveState['about'];
  #batch: EventView | undefined;
  #shown: readonly string[] = [];

  constructor(terminal: Terminal, options: LiveOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#stopTicking = terminal.eachSecond(() => {
      // After the end, nothing is drawn again.
      if (this.#shown.length > 0) this.show();
    });
  }

  about(batch: BatchView): void {
    this.#about = batch;
  }

  begin(deployments: readonly LiveDeployment[]): void {
    this.#deployments.clear();
    for (const deployment of deployments) this.#deployments.set(deployment.key, deployment);
    this.show();
  }

  event(event: EventView): void {
    const one = event.key === undefined ? undefined : this.#deployments.get(event.key);
    if (one === undefined) this.#batch = event;
    else this.#deployments.set(one.key, afterEvent(one, event));
  }

  show(): void {
    const { columns, rows, colours, unicode } = this.#terminal;
    const state = {
      deployments: [...this.#deployments.values()],
      about: this.#about,
      batch: this.#batch,
      simulated: this.#options.simulated,
    };
    const lines = liveLines(state, { columns, rows, colours, unicode, now: this.#options.clock.now() });
    if (isDeepStrictEqual(lines, this.#shown)) return;
    this.#shown = lines;
    this.#terminal.redraw(lines);
  }

  /** The first waiting ones, as many as there may be lines. */
  waiting(): PlanRange | undefined {
    const places = [...this.#deployments.values()]
      .flatMap(({ status, index }) => (status === 'PENDING' && index !== undefined ? [index] : []))
      .slice(0, this.#terminal.rows);
    if (places.length === 0) return undefined;
    const first = Math.min(...places);
    return { from: first, limit: Math.min(mostAtOnce, Math.max(...places) - first + 1) };
  }

  isUnexplained(): boolean {
    return [...this.#deployments.values()].some(
      ({ status, reason, root }) => status === 'SKIPPED' && root === undefined && reason.startsWith('Dependency'),
    );
  }

  /** An event that arrived meanwhile is newer. */
  update(deployments: readonly LiveDeployment[]): void {
    for (const told of deployments) {
      const one = this.#deployments.get(told.key);
      if (one?.status === told.status) this.#deployments.set(told.key, told);
    }
    this.show();
  }

  settle(): void {
    this.#shown = [];
    this.#terminal.settle();
  }

  end(): void {
    this.#stopTicking();
    this.settle();
  }
}

const afterEvent = (one: LiveDeployment, { to, reason, message, at }: EventView): LiveDeployment => {
  const { ended_at, failure, ...before } = one;
  const changed = { ...before, status: to, reason, message };
  if (isTerminal(to)) return { ...changed, ended_at: at, ...(failure === undefined ? {} : { failure }) };
  return to === 'PROCESSING' ? { ...changed, started_at: one.started_at ?? at } : changed;
};
