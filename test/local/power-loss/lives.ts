import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Configuration } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import { type Runtime, startRuntime } from '../../../lib/local/runtime.ts';
import type { Pace } from '../../../lib/usecases/deps.ts';
import { LastingWorld, type LifeOfServer } from './lasting-world.ts';
import { LossyDisk, type Luck } from './lossy-disk.ts';

/**
 * When the power fails: as a start arrives at the executor, as the nth sync of a database begins, or as an answer has
 * left.
 */
export type Moment =
  | { readonly start: string }
  | { readonly sync: number }
  | { readonly answer: { readonly method: string; readonly path: RegExp } };

export interface PowerCut {
  readonly at: Moment;
  /** What reached the disk without a sync. */
  readonly luck: Readonly<Record<'table' | 'journal', Luck>>;
  /**
   * Whether it comes only after a start was given up whose reply was lost. Otherwise none is given up, or it might
   * never come.
   */
  readonly givesUp?: true;
}

/** When a start is given up: early in a life in which one is lost; later than any test takes where each will come. */
const lateStart = { soon: 1_000, never: 3_600_000 };

const pace: Pace = {
  pollExecutor: 30,
  pollCluster: 30,
  watchFor: 1_500,
  idleFor: 200,
  watcherAge: 3_600_000,
  intentGrace: 200,
  abortGrace: 5_000,
  lease: 250,
  survey: 3_600_000,
  sweepAge: 250,
};

export const services = ['store', 'api', 'mailer', 'engine'] as const;

const configuration = (): Configuration => {
  const simulated = simulatedConfiguration();
  const cronjobs = services.map((name) => [name, { kind: 'cronjob' as const, name, namespace: 'data' }]);
  return { ...simulated, catalogue: { ...simulated.catalogue, services: { data: Object.fromEntries(cronjobs) } } };
};

/** A generator of Park and Miller: the same numbers for the same seed. */
const randomOf = (seed: number): (() => number) => {
  let state = (seed * 7919 + 1) % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

/** One data folder, its server, and the power that may fail. */
export class Lives {
  readonly world = new LastingWorld();
  readonly #root = mkdtempSync(join(tmpdir(), 'flotilla-power-'));
  readonly #random: () => number;
  #count = 0;
  #runtime: Runtime | undefined;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime?.close();
    rmSync(this.#root, { recursive: true, force: true });
  }

  get url(): string {
    return this.#runtime!.url;
  }

  /** Runs with power and does something until it fails; the next life finds what is left. */
  async until({ at, luck, givesUp }: PowerCut, act: (url: string) => Promise<unknown>): Promise<void> {
    const cut = Promise.withResolvers<void>();
    let isOver = false;
    const fail = (): void => {
      if (isOver) return;
      isOver = true;
      disk.loseInto(this.#folder(this.#count + 1), luck);
      cut.resolve();
    };
    const disk = this.#disk();
    disk.onSync = (nth) => void ('sync' in at && at.sync === nth && fail());
    const onStart = (key: string): void => void ('start' in at && key.endsWith(at.start) && fail());
    const forget = 'answer' in at ? onAnswer(at.answer, () => this.#runtime?.url, fail) : () => {};
    const late = givesUp ? lateStart.soon : lateStart.never;
    await this.#begin(disk, { isOver: () => isOver, onStart, lateStart: late });
    // A caller may get no more answers.
    const acting = act(this.url).catch((error: unknown) => {
      if (!isOver) throw error;
    });
    const ended = await Promise.race([cut.promise, acting]);
    forget();
    if (!isOver)
      throw new Error(`the power did not fail at ${JSON.stringify(at)}, and it came to ${JSON.stringify(ended)}`);
    await this.#runtime!.close();
    this.#runtime = undefined;
  }

  /** A life without a power cut. */
  async goOn(): Promise<string> {
    await this.#begin(this.#disk(), { isOver: () => false, onStart: () => {}, lateStart: lateStart.soon });
    return this.url;
  }

  #folder(life: number): string {
    const folder = join(this.#root, String(life));
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  #disk(): LossyDisk {
    this.#count += 1;
    return new LossyDisk(this.#folder(this.#count), this.#random);
  }

  async #begin(disk: LossyDisk, life: LifeOfServer): Promise<void> {
    const executor = this.world.executor(life);
    this.#runtime = await startRuntime({
      port: 0,
      data: this.#folder(this.#count),
      configuration: configuration(),
      pace,
      executor: () => executor,
      cluster: () => this.world.cluster,
      disk,
    });
  }
}

/** Calls back at the moment at which a good answer of that server has left. */
const onAnswer = (
  { method, path }: { readonly method: string; readonly path: RegExp },
  server: () => string | undefined,
  call: () => void,
): (() => void) => {
  const listener = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (server()?.endsWith(`:${request.socket.localPort}`) !== true || response.statusCode >= 300) return;
    if (request.method === method && path.test(request.url ?? '')) call();
  };
  subscribe('http.server.response.finish', listener);
  return () => unsubscribe('http.server.response.finish', listener);
};

export const request = async <T>(method: string, address: string, body?: string, type = 'application/json') => {
  const init = { method, ...(body === undefined ? {} : { body, headers: { 'content-type': type } }) };
  const response = await fetch(address, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as T;
};

export interface BatchView {
  readonly batch_id: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly ended_at?: string;
  readonly cancel_requested_at?: string;
}

export interface DeploymentView {
  readonly key: string;
  readonly status: string;
  readonly reason: string;
  readonly runs: readonly { readonly key: string }[];
  readonly ended_at?: string;
}

export interface FeedEvent {
  readonly number: number;
  readonly hash: string;
}

/** Waits until a batch is sealed. The timeout of the test ends an endless wait. */
export const sealed = async (url: string, batchId: string): Promise<BatchView> => {
  for (;;) {
    const batch = await request<BatchView>('GET', `${url}/batches/${batchId}`);
    if (batch.ended_at !== undefined) return batch;
    await sleep(30);
  }
};
