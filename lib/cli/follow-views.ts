import type { Clock } from '../domain/ports.ts';
import type { EventView } from '../usecases/record/follow-feed.ts';
import { LiveFollowView } from './follow-live.ts';
import type { FollowView } from './follow-view.ts';
import type { LiveDeployment } from './live-deployment.ts';
import { isSimulated, type Simulated } from './simulation.ts';
import { eventLine } from './status-lines.ts';
import type { Terminal } from './terminal.ts';
import type { Times } from './times.ts';

interface ViewOptions {
  readonly json: boolean;
  readonly simulated: Simulated;
  readonly times: Times;
  readonly clock: Pick<Clock, 'now'>;
}

export const makeFollowView = (terminal: Terminal, { json, simulated, times, clock }: ViewOptions): FollowView => {
  if (json) return new LineView(terminal, simulated, (event, mark) => JSON.stringify({ ...event, simulated: mark }));
  if (terminal.live) return new LiveFollowView(terminal, { simulated, clock });
  return new LineView(terminal, simulated, (event, mark) => eventLine(event, mark, times));
};

/** One line per event. */
class LineView implements FollowView {
  readonly isLive = false;
  readonly #terminal: Terminal;
  readonly #simulated: Simulated;
  readonly #line: (event: EventView, simulated: boolean) => string;
  readonly #clusters = new Map<string, string | undefined>();

  constructor(terminal: Terminal, simulated: Simulated, line: (event: EventView, simulated: boolean) => string) {
    this.#terminal = terminal;
    this.#simulated = simulated;
    this.#line = line;
  }

  begin(deployments: readonly LiveDeployment[]): void {
    for (const { key, cluster } of deployments) this.#clusters.set(key, cluster);
  }

  event(event: EventView): void {
    const cluster = event.key === undefined ? undefined : this.#clusters.get(event.key);
    this.#terminal.out(this.#line(event, isSimulated(this.#simulated, cluster)));
  }

  isUnexplained(): boolean {
    return false;
  }

  about(): void {}

  show(): void {}

  waiting(): undefined {}

  update(): void {}

  settle(): void {}

  end(): void {}
}
