import { join } from 'node:path';
import { type Started, startProgram } from '../programs.ts';
import { clusterFlag } from './given-files.ts';
import type { Run, Sample } from './measure.ts';
import type { Scenario } from './scenarios.ts';

const simulators = join(import.meta.dirname, '../../../lib/simulators');

/** What Harness allows to one key. */
const requestsPerMinute = 400;
/** Seconds between the service's looks for new events. */
const eventMilliseconds = 5_000;

interface RequestReport {
  readonly throttled: number;
  readonly busiest_minute: number;
  readonly by_route: Readonly<Record<string, number>>;
}

/** A simulated Harness and a simulated cluster of this tree, for every measured build. Each is a process of its own. */
export class SimulatedWorld {
  readonly #cluster: Started;
  readonly #harness: Started;

  private constructor(cluster: Started, harness: Started) {
    this.#cluster = cluster;
    this.#harness = harness;
  }

  static async start({ seconds, faults = [] }: Scenario, folder: string): Promise<SimulatedWorld> {
    const start = (what: string, ...flags: readonly string[]): Promise<Started> =>
      startProgram(process.execPath, [join(simulators, what, 'main.ts'), '--exit-with-stdin', ...flags], {
        cwd: folder,
      });
    const cluster = await start('cluster');
    const harness = await start(
      'harness',
      ...['--requests-per-minute', String(requestsPerMinute), '--event-milliseconds', String(eventMilliseconds)],
      // A run has two stages.
      ...['--stage-milliseconds', String((seconds * 1000) / 2), '--cluster', clusterFlag(urlOf(cluster))],
    );
    const world = new SimulatedWorld(cluster, harness);
    for (const fault of faults) await world.#ask('faults', { method: 'POST', body: JSON.stringify(fault) });
    return world;
  }

  get addresses(): { readonly harness: string; readonly cluster: string } {
    return { harness: urlOf(this.#harness), cluster: urlOf(this.#cluster) };
  }

  async requests(): Promise<Sample & { readonly busiest: number; readonly throttled: number }> {
    const { by_route, busiest_minute, throttled } = await this.#ask<RequestReport>('requests');
    return { at: Date.now(), byRoute: by_route, busiest: busiest_minute, throttled };
  }

  async runs(): Promise<readonly Run[]> {
    return (await this.#ask<{ readonly runs: readonly Run[] }>('runs')).runs;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#harness.stop(), this.#cluster.stop()]);
  }

  async #ask<Answer>(what: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${urlOf(this.#harness)}/simulator/${what}`, init);
    if (!response.ok)
      throw new Error(`/simulator/${what} was answered by ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}

const urlOf = ({ told }: Started): string => (told as { readonly url: string }).url;
