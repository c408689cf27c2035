import { type FlotillaError, isFlotillaError } from '../domain/errors.ts';
import type { Clock, KubernetesObject, Random } from '../domain/ports.ts';
import { stringAt } from '../domain/rollout/kubernetes-object.ts';
import type { ApiReads } from './cluster-request.ts';
import { listPages } from './list-pages.ts';
import type { WatchEvent } from './watch-event.ts';
import { readStream } from './watch-stream.ts';

/** Receives what is read. */
export interface Taker {
  /** A list begins. Objects that it has not named by its end are gone. */
  begin(): void;
  list(object: KubernetesObject): void;
  end(): void;
  put(object: KubernetesObject): void;
  remove(object: KubernetesObject): void;
  /** Whether it can be relied on has changed. */
  turned(): void;
}

export interface WatchedListOptions {
  readonly requests: ApiReads;
  readonly clock: Clock;
  readonly random: Random;
  /** Including its query, if any. */
  readonly path: string;
  readonly taker: Taker;
}

export type ReadState =
  | { readonly kind: 'reading' | 'good' }
  /** It cannot be watched, or is too large to keep; `isUnlisted`: it cannot even be listed. */
  | { readonly kind: 'refused'; readonly why: string; readonly isUnlisted: boolean }
  | { readonly kind: 'trouble'; readonly error: FlotillaError };

/** Milliseconds. */
const refusedFor = 300_000;
const firstWait = 250;
const longestWait = 10_000;
/** A stream that lasts this long counts as working. */
const shortestStream = 1_000;
/** An API server that sends bookmarks sends one a minute. */
const quietWithBookmarks = 180_000;
const overdue = 30_000;
const staleAfter = 10_000;

/** Failed attempts to continue from a version before everything is listed again. */
const mostTries = 3;

/**
 * A list that is kept as it is in the cluster: read once, then watched. When a watch ends, it continues from the last
 * version seen. If that is too old (410), the list is read again, so nothing is missed.
 */
export class WatchedList {
  readonly #options: WatchedListOptions;
  #settled = Promise.withResolvers<void>();
  #state: ReadState = { kind: 'reading' };
  #stop: AbortController | undefined;
  #stoppedAt = 0;
  #version: string | undefined;
  #hasBookmarks = false;
  #listed = 0;
  #gotOn = false;
  #tries = 0;
  #isOpening = false;

  constructor(options: WatchedListOptions) {
    this.#options = options;
  }

  get state(): ReadState {
    return this.#state;
  }

  /** How many lists have begun. */
  get listed(): number {
    return this.#listed;
  }

  /** Resolves at the first news, good or bad, or when it is stopped before; then it is still `reading`. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Continues where it stopped a moment ago. If that is longer ago, what it has is too old to be shown. */
  start(): void {
    if (this.#stop !== undefined) return;
    if (this.#version !== undefined && this.#options.clock.now() - this.#stoppedAt > staleAfter) this.#beginAnew();
    else if (this.#state.kind === 'reading') this.#settled = Promise.withResolvers();
    this.#stop = new AbortController();
    void this.#run(this.#stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#stoppedAt = this.#options.clock.now();
    // Nothing will come any more, so waiting callers are released.
    this.#settled.resolve();
  }

  #beginAnew(): void {
    this.#version = undefined;
    this.#state = { kind: 'reading' };
    this.#settled = Promise.withResolvers();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const begun = clock.now();
      this.#gotOn = false;
      const error = await this.#once(signal);
      if (signal.aborted) return;
      if (error === undefined && clock.now() - begun >= shortestStream) this.#gotOn = true;
      this.#tries = this.#gotOn ? 0 : this.#tries + 1;
      if (error !== undefined) this.#tell(error);
      if (this.#tries >= mostTries) this.#version = undefined;
      // If the clock is closed, so is everybody who would look.
      await clock.sleep(this.#pause(error), signal).catch(() => this.stop());
    }
  }

  #pause(error: FlotillaError | undefined): number {
    if (this.#state.kind === 'refused') return refusedFor * (0.9 + 0.2 * this.#options.random.next());
    const tries = this.#tries + (error === undefined ? 0 : 1);
    if (tries === 0) return 0;
    return Math.min(longestWait, firstWait * 2 ** (tries - 1)) * (0.5 + this.#options.random.next() / 2);
  }

  /** One stream, after a list if needed. Returns what went wrong, if anything. */
  async #once(signal: AbortSignal): Promise<FlotillaError | undefined> {
    try {
      this.#isOpening = false;
      if (this.#version === undefined) await this.#list(signal);
      this.#isOpening = true;
      if (!signal.aborted) await this.#watch(signal);
      return undefined;
    } catch (error) {
      if (isFlotillaError(error, 'ClusterUnavailable')) return error;
      return this.#options.requests.unavailable(error instanceof Error ? error.message : String(error), {}, error);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { requests, path, taker } = this.#options;
    let version = '';
    this.#listed += 1;
    taker.begin();
    for await (const page of listPages(requests, path)) {
      if (signal.aborted) return;
      version = page.version;
      for (const item of page.items) taker.list(item);
    }
    taker.end();
    this.#version = version;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { requests, clock, path, random } = this.#options;
    const seconds = Math.round(240 + 180 * random.next());
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${this.#version}`;
    const end = await readStream(
      {
        ...{ requests, clock, path: `${path}${path.includes('?') ? '&' : '?'}${query}` },
        longestQuiet: () => (this.#hasBookmarks ? quietWithBookmarks : seconds * 1_000 + overdue),
        opened: () => this.#open(),
        take: (event) => this.#take(event),
      },
      signal,
    );
    if (end === 'expired') this.#version = undefined;
  }

  #open(): void {
    this.#isOpening = false;
    this.#turn({ kind: 'good' });
  }

  #take({ type, object }: WatchEvent): void {
    const version = stringAt(object, 'metadata', 'resourceVersion');
    if (type === 'BOOKMARK') this.#hasBookmarks = true;
    else if (type === 'DELETED') this.#options.taker.remove(object);
    else this.#options.taker.put(object);
    if (version !== undefined) this.#version = version;
    this.#gotOn = true;
  }

  #tell(error: FlotillaError): void {
    const { refused, status } = error.details;
    if (refused === true || status === 403 || this.#isHeldBack(error))
      this.#turn({ kind: 'refused', why: error.message, isUnlisted: status === 403 && !this.#isOpening });
    // A broken stream is reopened. Only a second failure is news.
    else if (this.#state.kind !== 'good' || this.#tries > 1) this.#turn({ kind: 'trouble', error });
  }

  /** It can be listed, but not streamed: a proxy in between waits for the end of each answer. */
  #isHeldBack({ details }: FlotillaError): boolean {
    return this.#isOpening && (details.timeout === true || this.#tries > mostTries);
  }

  #turn(state: ReadState): void {
    const isNew = state.kind !== this.#state.kind || isUnlisted(state) !== isUnlisted(this.#state);
    this.#state = state;
    this.#settled.resolve();
    if (isNew) this.#options.taker.turned();
  }
}

const isUnlisted = (state: ReadState): boolean => state.kind === 'refused' && state.isUnlisted;
