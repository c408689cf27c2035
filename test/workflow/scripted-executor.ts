import { FlotillaError } from '../../lib/domain/errors.ts';
import type {
  CancelResult,
  Executor,
  News,
  RunOutcome,
  RunRequest,
  RunState,
  StartResult,
  Watched,
} from '../../lib/domain/ports.ts';
import type { Fate, ScriptedCluster } from './scripted-cluster.ts';
import type { WorldClock } from './world-clock.ts';

/** What happens to a request. Times are in seconds. */
export interface Script {
  /** What the start answers. Default: started. */
  readonly start?: 'started' | 'accepted' | 'unknown' | Extract<StartResult, { kind: 'rejected' }>;
  /** It is turned away this many times before that, as throttled. */
  readonly throttled?: number;
  /** Our own budget of requests has no room for it until this long after the first request. */
  readonly noRoom?: number;
  /** An accepted or unknown run exists after this. Infinity: never. */
  readonly appears?: number;
  /** An accepted or unknown start turns out to be two runs. */
  readonly doubled?: boolean;
  /** The accepted event fails: it leads to no run. */
  readonly eventFails?: string;
  readonly takes?: number;
  /** Part of that time it waits for a person, from this long after its start. */
  readonly asks?: { readonly after: number; readonly for: number };
  /** It stays queued until it ends. */
  readonly isQueued?: true;
  readonly ends?: RunOutcome;
  /** The message of a bad end. */
  readonly says?: string;
  /** `deaf` says that it accepts, and goes on. `lost` loses the answer, `unheard` loses the request. */
  readonly cancel?: 'accepted' | 'no' | 'deaf' | 'lost' | 'unheard';
  /** Once stopped, it changes nothing on the cluster any more. */
  readonly cleanly?: true;
  /** When asked to stop, it no longer knows the run. */
  readonly forgotten?: boolean;
  /** What is then on the cluster. `nothing` changes nothing there. */
  readonly leaves?: Fate | 'nothing' | 'gone';
  /** It becomes healthy this long after the run. */
  readonly settles?: number;
}

export interface Run {
  readonly request: RunRequest;
  readonly script: Script;
  readonly from: number;
  readonly to: number;
  abortedAt?: number;
  /** Takes back its future results. */
  readonly undo: readonly (() => void)[];
}

const lateStart = 600_000;
const notRead: News = {
  kind: 'unread',
  trouble: { asked: 'the executor', answered: 'the executor does not answer' },
};

/**
 * An executor that follows the script of the test, by its key, else by `service@version`, else by `service#attempt`,
 * else by `service`, else successful. It counts starts, which are the requests that it did not turn away.
 */
export class ScriptedExecutor implements Executor {
  readonly lateStartMilliseconds = lateStart;
  readonly scripts = new Map<string, Script>();
  readonly starts = new Map<string, number>();
  /** How often a start was sent, by key. It includes those that were turned away, but not those without room. */
  readonly asked = new Map<string, number>();
  /** When there is room for a start, by key. */
  readonly #room = new Map<string, number>();
  readonly cancels: string[] = [];
  /** Nobody answers, neither a start nor a question. */
  isAway = false;
  observations = 0;
  readonly #runs = new Map<string, Run>();
  readonly #clock: WorldClock;
  readonly #clusterOf: (name: string) => ScriptedCluster;

  constructor(clock: WorldClock, clusterOf: (name: string) => ScriptedCluster) {
    this.#clock = clock;
    this.#clusterOf = clusterOf;
  }

  async start(request: RunRequest, latest = Number.POSITIVE_INFINITY): Promise<StartResult> {
    const room = this.#roomFor(request);
    // Waiting for its turn takes no time here.
    if (room > latest) return { kind: 'busy', until: room };
    this.#ask();
    const asked = (this.asked.get(request.key) ?? 0) + 1;
    this.asked.set(request.key, asked);
    const script = this.#scriptOf(request);
    const { start = 'started', takes = 30, ends = 'succeeded', throttled = 0 } = script;
    if (asked <= throttled) return { kind: 'rejected', retryable: true, reason: 'RateLimited', message: '429' };
    if (typeof start === 'object') return start;
    this.starts.set(request.key, (this.starts.get(request.key) ?? 0) + 1);
    if (script.eventFails === undefined) {
      const from = this.#clock.now() + (start === 'started' ? 0 : (script.appears ?? 5) * 1_000);
      const undo: (() => void)[] = [];
      const run = { request, script, from, to: from + takes * 1_000, undo };
      this.#runs.set(request.key, run);
      const leaves = script.leaves ?? (ends === 'succeeded' ? 'good' : 'stuck');
      const { name } = request.deployment.workload;
      if (request.deployment.action !== undefined) this.#act(run, leaves, undo);
      else if (leaves !== 'nothing' && leaves !== 'gone' && Number.isFinite(run.to)) {
        const { settles = 0 } = script;
        const later = { from: run.to + settles * 1_000, fate: leaves };
        undo.push(
          settles > 0
            ? this.#clusterOf(request.deployment.cluster).settle(name, request.version, { from: run.to, later })
            : this.#clusterOf(request.deployment.cluster).set(name, request.version, leaves, run.to),
        );
      }
    }
    if (start === 'unknown') return { kind: 'unknown', message: 'the reply was lost' };
    if (start === 'accepted') return { kind: 'accepted', correlation: `event-${request.key}` };
    return { kind: 'started', ref: `run-${request.key}`, url: `https://executor.test/${request.key}` };
  }

  /** All past and future runs, in the order of their starts. */
  get runs(): readonly Run[] {
    return [...this.#runs.values()];
  }

  async look(watched: readonly Watched[]): Promise<ReadonlyMap<string, News>> {
    if (watched.some(({ ref }) => ref !== undefined)) this.observations += 1;
    return new Map(watched.map((one) => [one.request.key, this.isAway ? notRead : this.#newsOf(one)]));
  }

  /**
   * A delete that succeeds, or has come this far, leaves nothing. A scale sets the number, and `stuck` brings up none
   * of the new ones.
   */
  #act({ request, to }: Run, leaves: Script['leaves'], undo: (() => void)[]): void {
    const { action, replicas = 0, workload } = request.deployment;
    const { name } = workload;
    const cluster = this.#clusterOf(request.deployment.cluster);
    if (leaves === 'nothing') return;
    if (action === 'delete' && (leaves === 'good' || leaves === 'gone')) undo.push(cluster.remove(name, to));
    if (action === 'scale')
      undo.push(cluster.scale(name, replicas, { from: to, ready: leaves === 'good' ? replicas : 0 }));
  }

  #newsOf({ request, ref, correlation }: Watched): News {
    const { key } = request;
    if (correlation !== undefined && correlation !== `event-${key}`)
      throw new Error(`${correlation} was not given for ${key}`);
    if (ref === undefined) {
      const failed = correlation === undefined ? undefined : this.#scriptOf(request).eventFails;
      return failed === undefined ? this.#found(key) : { kind: 'failed', reason: 'TriggerFailed', message: failed };
    }
    const run = this.#visible(key);
    return run === undefined ? { kind: 'none' } : { kind: 'found', ref, state: this.#stateOf(run) };
  }

  async cancel(request: RunRequest): Promise<CancelResult> {
    this.#ask();
    this.cancels.push(request.key);
    const run = this.#visible(request.key);
    if (run === undefined) throw new Error(`there is no run ${request.key} to cancel`);
    if (run.to <= this.#clock.now()) return { kind: 'over', answer: '400' };
    const { cancel = 'accepted' } = run.script;
    if (run.script.forgotten) this.#runs.delete(request.key);
    if (cancel === 'accepted' || cancel === 'lost') {
      run.abortedAt = this.#clock.now() + 2_000;
      if (run.script.cleanly && run.abortedAt < run.to) for (const undo of run.undo) undo();
    }
    if (cancel === 'lost' || cancel === 'unheard') return { kind: 'lost', answer: 'the connection was reset' };
    return { kind: cancel === 'deaf' ? 'accepted' : cancel, answer: '200' };
  }

  whereToLook({ key }: RunRequest): string {
    return `runs with the key ${key}`;
  }

  #roomFor(request: RunRequest): number {
    const known = this.#room.get(request.key);
    const room = known ?? this.#clock.now() + (this.#scriptOf(request).noRoom ?? 0) * 1_000;
    this.#room.set(request.key, room);
    return room;
  }

  #found(key: string): News {
    const run = this.#visible(key);
    if (run === undefined) return { kind: 'none' };
    const ref = `run-${key}`;
    if (!run.script.doubled) return { kind: 'found', ref };
    return { kind: 'several', runs: [{ ref }, { ref: `${ref}-again`, url: `https://executor.test/${key}-again` }] };
  }

  #scriptOf({ key, deployment, version }: RunRequest): Script {
    const attempt = key.slice(key.lastIndexOf('-') + 1);
    const { service_name: service } = deployment;
    return (
      this.scripts.get(deployment.key) ??
      this.scripts.get(`${service}@${version}`) ??
      this.scripts.get(`${service}#${attempt}`) ??
      (attempt === 'restore' ? {} : (this.scripts.get(service) ?? {}))
    );
  }

  #visible(key: string): Run | undefined {
    const run = this.#runs.get(key);
    return run === undefined || run.from > this.#clock.now() ? undefined : run;
  }

  #stateOf({ script, from, to, abortedAt }: Run): RunState {
    const now = this.#clock.now();
    if (abortedAt !== undefined && abortedAt <= now && abortedAt < to) {
      return { phase: 'terminal', outcome: 'aborted', raw: 'Aborted' };
    }
    const { asks, isQueued } = script;
    const asked = asks === undefined ? -1 : now - from - asks.after * 1_000;
    if (now < to && asks !== undefined && asked >= 0 && asked < asks.for * 1_000)
      return { phase: 'waiting-for-human', raw: 'ApprovalWaiting' };
    if (now < to && isQueued) return { phase: 'queued', raw: 'Queued' };
    if (now < to) return { phase: 'running', raw: 'Running' };
    const { ends = 'succeeded', says } = script;
    return { phase: 'terminal', outcome: ends, raw: ends, ...(says === undefined ? {} : { message: says }) };
  }

  #ask(): void {
    if (this.isAway) throw new FlotillaError('ExecutorUnavailable', 'the executor does not answer');
  }
}
