import type {
  CancelResult,
  Executor,
  News,
  RunRequest,
  RunState,
  StartResult,
  Watched,
} from '../../lib/domain/ports.ts';
import type { Scene } from './scene.ts';

/** What a case does from the start of its run on. */
export interface Run {
  readonly startedAt: number;
  readonly done: Promise<void>;
}

/** Plays Harness: a client of the cluster that changes the image, and a run that lasts as long as that takes. */
export class Pipeline implements Executor {
  readonly lateStartMilliseconds = 5_000;
  readonly #scenes: ReadonlyMap<string, Scene>;
  readonly #states = new Map<string, RunState>();
  /** By the name of the case: of its first run. */
  readonly runs = new Map<string, Run>();

  constructor(scenes: ReadonlyMap<string, Scene>) {
    this.#scenes = scenes;
  }

  async start(request: RunRequest): Promise<StartResult> {
    const { key, deployment, version } = request;
    const scene = this.#scenes.get(deployment.service_name)!;
    const isFirst = !this.runs.has(scene.name);
    this.#states.set(key, { phase: 'running', raw: 'Running' });
    const { meanwhile, pipeline, run = 'succeeded' } = scene.one;
    const others = isFirst ? meanwhile?.(scene) : undefined;
    const deployed = isFirst && pipeline !== undefined ? pipeline(scene, version) : scene.deploy(version);
    const outcome = isFirst ? run : 'succeeded';
    const ended = deployed.then(
      () => this.#states.set(key, { phase: 'terminal', outcome, raw: outcome }),
      ({ message }: Error) => this.#states.set(key, { phase: 'terminal', outcome: 'failed', raw: 'failed', message }),
    );
    const told = deployed.then(() => scene.one.controller?.(scene, version));
    // The caller that waits below gets the error; until then nobody may be waiting.
    const done = Promise.all([ended, others, told]).then(() => {});
    done.catch(() => {});
    if (isFirst) this.runs.set(scene.name, { startedAt: Date.now(), done });
    return { kind: 'started', ref: key };
  }

  async look(watched: readonly Watched[]): Promise<ReadonlyMap<string, News>> {
    return new Map(watched.map(({ request: { key } }) => [key, this.#newsOf(key)]));
  }

  #newsOf(key: string): News {
    const state = this.#states.get(key);
    return state === undefined ? { kind: 'none' } : { kind: 'found', ref: key, state };
  }

  async cancel(): Promise<CancelResult> {
    return { kind: 'no', answer: 'it cannot be stopped' };
  }

  whereToLook({ key }: RunRequest): string {
    return `runs with the key ${key}`;
  }
}
