import { Worker as Thread } from 'node:worker_threads';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { Deps } from '../../usecases/deps.ts';
import { ownProgram } from '../own-files.ts';
import { type FromThread, type LentPort, resultOf, type ToThread, valueIn, type Work } from './messages.ts';

/**
 * Requests that may wait while one is running, with fewer for one subject. The engine's tasks do not count: their
 * batches are accepted.
 */
export const mostQueued = { all: 4, ofOne: 2 } as const;

/** Seconds: what a batch of 10,000 takes. */
const COME_BACK_AFTER = 10;

/** Megabytes: enough for the largest batch. A batch that takes more ends the thread, not the server. */
const HEAP = 1_024;

interface Job {
  readonly work: Work;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads and plans large batches in a separate thread, one after the other. */
export class Planner {
  readonly #ports: Pick<Deps, LentPort>;
  readonly #catalogue: Catalogue;
  readonly #tasks: Job[] = [];
  readonly #requests: Job[] = [];
  #thread: Thread | undefined;
  #current: Job | undefined;
  #isClosed = false;

  constructor(ports: Pick<Deps, LentPort>, catalogue: Catalogue) {
    this.#ports = ports;
    this.#catalogue = catalogue;
  }

  /**
   * Throws TooManyRequests when the queue is full. A request whose client leaves is dropped, because many could come
   * and leave.
   */
  run(work: Work, signal?: AbortSignal): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closed());
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (work.kind === 'request') this.#checkRoom(work.actor.subject);
    return new Promise((resolve, reject) => {
      const queue = work.kind === 'task' ? this.#tasks : this.#requests;
      const job: Job = { work, resolve, reject };
      queue.push(job);
      signal?.addEventListener('abort', () => leave(queue, job, signal.reason), { once: true });
      this.#next();
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const job of [...this.#tasks.splice(0), ...this.#requests.splice(0)]) job.reject(closed());
    void this.#thread?.terminate();
    this.#end(closed());
  }

  #checkRoom(subject: string): void {
    const own = this.#requests.filter(({ work }) => work.kind === 'request' && work.actor.subject === subject);
    if (this.#requests.length < mostQueued.all && own.length < mostQueued.ofOne) return;
    const message = 'Large batches are planned one at a time, and too many are waiting. Send yours again later.';
    throw new FlotillaError('TooManyRequests', message, { retry_after: COME_BACK_AFTER });
  }

  #next(): void {
    if (this.#current !== undefined) return;
    const job = this.#tasks.shift() ?? this.#requests.shift();
    if (job === undefined) return;
    this.#current = job;
    this.#thread ??= this.#start();
    this.#thread.postMessage({ kind: 'work', work: job.work } satisfies ToThread);
  }

  #start(): Thread {
    const thread = new Thread(ownProgram('planner'), {
      workerData: this.#catalogue,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP },
    });
    // A waiting request keeps the process alive; the thread alone does not.
    thread.unref();
    thread.on('message', (message: FromThread) => this.#hear(thread, message));
    thread.on('error', (error) => this.#lose(thread, error));
    thread.on('exit', () => this.#lose(thread, new Error('the thread that plans has ended')));
    return thread;
  }

  #hear(thread: Thread, message: FromThread): void {
    if (message.kind === 'call') {
      void this.#call(thread, message);
      return;
    }
    const job = this.#current;
    this.#current = undefined;
    try {
      job?.resolve(valueIn(message));
    } catch (error) {
      job?.reject(error);
    }
    this.#next();
  }

  async #call(thread: Thread, { call, port, method, given }: FromThread & { readonly kind: 'call' }): Promise<void> {
    const methods = this.#ports[port] as unknown as Readonly<
      Record<string, (...given: readonly unknown[]) => Promise<unknown>>
    >;
    const result = await resultOf(async () => methods[method]!(...given));
    thread.postMessage({ kind: 'called', call, ...result } satisfies ToThread);
  }

  /** The next task starts another thread. */
  #lose(thread: Thread, error: Error): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#end(error);
    if (!this.#isClosed) this.#next();
  }

  #end(error: Error): void {
    const job = this.#current;
    this.#current = undefined;
    job?.reject(error);
  }
}

const leave = (queue: Job[], job: Job, reason: unknown): void => {
  const at = queue.indexOf(job);
  if (at < 0) return;
  queue.splice(at, 1);
  job.reject(reason);
};

const closed = (): FlotillaError => new FlotillaError('WorkflowUnavailable', 'The server is being closed.');
