import { setImmediate as turn } from 'node:timers/promises';
import { usualPatience } from '../../lib/adapters/harness-transport.ts';
import type { Transport } from '../../lib/adapters/own-fetch.ts';
import type { News, RunRequest, RunState, StartResult, Watched } from '../../lib/domain/ports.ts';
import { HarnessExecutor } from '../../lib/executors/harness.ts';
import type { SimulatedHarnessOptions } from '../../lib/simulators/harness/options.ts';
import { SeededRandom } from '../seeded-random.ts';
import { VirtualHarness } from '../simulators/harness/virtual-harness.ts';
import { anyTime, apiKey, apiOf, type RequestChange, requestOf, watch, webhookToken } from './harness-fixtures.ts';

/** An executor and its Harness, in one virtual time and without a socket. */
export class HarnessWorld extends VirtualHarness {
  readonly executor: HarnessExecutor;
  /** When each read was sent. */
  readonly reads: number[] = [];
  /** How many requests waited at once for an answer that never comes. */
  mostUnanswered = 0;
  readonly #silent = new Set<string>();
  #unanswered = 0;

  constructor(options: SimulatedHarnessOptions = {}, seed = 1) {
    super({ apiKey, eventMilliseconds: 5_000, stageMilliseconds: 15_000, ...options }, seed);
    const { clock } = this;
    const transport: Transport = (url, request) => {
      const isRead = request.method === 'GET' || url.includes('/execution/summary');
      if (isRead) this.reads.push(clock.now());
      if (this.#silent.has(new URL(url).searchParams.get('projectIdentifier') ?? '')) return this.#neverAnswer(request);
      return this.harness.transport(url, request as Parameters<typeof this.harness.transport>[1]);
    };
    const api = apiOf(this.harness.url, {
      ...{ clock, random: new SeededRandom(seed + 1), transport },
      patience: usualPatience,
    });
    this.executor = new HarnessExecutor({ api, clock, webhookTokens: { 'deploy_risk/flotilla': webhookToken } });
  }

  /** Time goes on until this is done. */
  async during<Value>(doing: Promise<Value>): Promise<Value> {
    let isDone = false;
    const end = (): void => {
      isDone = true;
    };
    doing.then(end, end);
    for (;;) {
      await turn();
      if (isDone) return doing;
      if (!this.clock.runNext()) throw new Error('nothing happens any more, and it is not done');
    }
  }

  /** Made now. */
  request(change: RequestChange = {}): RunRequest {
    return requestOf({ at: this.clock.now(), ...change });
  }

  start(request: RunRequest): Promise<StartResult> {
    return this.during(this.executor.start(request, anyTime));
  }

  /** Starts, and returns what is known of it then. */
  async begin(change: RequestChange = {}): Promise<Watched> {
    const request = this.request(change);
    return watch(request, knownOf(await this.start(request)));
  }

  async look(watched: readonly Watched[]): Promise<ReadonlyMap<string, News>> {
    return this.during(this.executor.look(watched));
  }

  async newsOf(watched: Watched): Promise<News | undefined> {
    return (await this.look([watched])).get(watched.request.key);
  }

  /**
   * Looks every ten seconds, and follows the run that is found, until there is such news. Gives up after this number of
   * looks.
   */
  async seen(watched: Watched, isIt: (news: News) => boolean, looks = 30): Promise<News> {
    let known = watched;
    let last: News | undefined;
    for (let look = 0; look < looks; look += 1) {
      last = await this.newsOf(known);
      if (last !== undefined && isIt(last)) return last;
      if (last?.kind === 'found') known = { ...known, ref: last.ref };
      await this.pass(10_000);
    }
    throw new Error(`not seen; the last news was ${JSON.stringify(last)}`);
  }

  async endOf(watched: Watched): Promise<RunState> {
    const news = await this.seen(watched, (each) => each.kind === 'found' && each.state?.phase === 'terminal');
    if (news.kind !== 'found' || news.state === undefined) throw new Error('no end');
    return news.state;
  }

  /** From now on no request to this project gets an answer. */
  silence(project: string): void {
    this.#silent.add(project);
  }

  #neverAnswer({ signal }: { readonly signal?: AbortSignal }): Promise<never> {
    this.#unanswered += 1;
    this.mostUnanswered = Math.max(this.mostUnanswered, this.#unanswered);
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        this.#unanswered -= 1;
        reject(signal.reason);
      });
    });
  }

  /** The most reads in any sixty seconds since then. */
  readsInAMinute(since = 0): number {
    const at = this.reads.filter((one) => one >= since);
    let first = 0;
    let most = 0;
    for (const [last, time] of at.entries()) {
      while (at[first]! <= time - 60_000) first += 1;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /** How often each call was made so far. */
  asked(route: string): number {
    return (this.harness.requests().by_route as Readonly<Record<string, number>>)[route] ?? 0;
  }
}

export const knownOf = (result: StartResult): Omit<Watched, 'request' | 'sent_at'> => {
  if (result.kind === 'started') return { ref: result.ref };
  return result.kind === 'accepted' ? { correlation: result.correlation } : {};
};
