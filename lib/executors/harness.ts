import { FlotillaError, isFlotillaError } from '../domain/errors.ts';
import type {
  CancelResult,
  Clock,
  Executor,
  News,
  RunRequest,
  RunState,
  StartResult,
  Watched,
} from '../domain/ports.ts';
import type { HarnessApi, HarnessReply } from './harness/api.ts';
import { type Resolution, runOfEvent } from './harness/event-run.ts';
import { chooseRun, type RunFound } from './harness/found-runs.ts';
import { findRunsByKey } from './harness/key-search.ts';
import { expressionIn, payloadOf, runtimeYaml, variablesOf } from './harness/payload.ts';
import { readRuns, type WatchedRun } from './harness/run-reader.ts';
import { isEnding, readRun } from './harness/run-status.ts';
import { type HarnessSettings, readSettings, tokenOf } from './harness/settings.ts';
import { executeResult, misconfigured, webhookResult } from './harness/start-result.ts';
import { describeReply, isSuccess, isThrottled, objectAt, textAt } from './harness/wire.ts';

export type { HarnessApi, HarnessReply } from './harness/api.ts';

export interface HarnessExecutorOptions {
  readonly api: HarnessApi;
  readonly clock: Pick<Clock, 'now'>;
  /** Secrets, by `<org>/<project>/<pipeline>/<trigger>` or, shorter, `<pipeline>/<trigger>`. A trigger that is not here is called by the v2 address. */
  readonly webhookTokens?: Readonly<Record<string, string>>;
  /** How long after a start its run may still appear; 5 minutes unless said otherwise. */
  readonly lateStartMilliseconds?: number;
}

/** Keys of events kept in memory: about 1 MB. */
const rememberedEvents = 10_000;

/**
 * Runs a deployment as a Harness pipeline, started by a custom webhook or by the execute call. Harness has no idempotency key: every
 * accepted start is a new run, so a start is sent once and whatever is not certain is `unknown`.
 */
export class HarnessExecutor implements Executor {
  readonly lateStartMilliseconds: number;
  readonly #api: HarnessApi;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #tokens: Readonly<Record<string, string>>;
  readonly #eventKeys = new Map<string, string>();

  constructor(options: HarnessExecutorOptions) {
    this.#api = options.api;
    this.#clock = options.clock;
    this.#tokens = options.webhookTokens ?? {};
    this.lateStartMilliseconds = options.lateStartMilliseconds ?? 5 * 60_000;
  }

  async start(request: RunRequest, latest = request.at + this.lateStartMilliseconds / 2): Promise<StartResult> {
    const settings = readSettings(request.deployment.executor.settings);
    if (typeof settings === 'string') return misconfigured(settings);
    const expression = expressionIn(request);
    if (expression !== undefined) return misconfigured(expression);
    return settings.mode === 'execute'
      ? this.#execute(request, settings, latest)
      : this.#fire(request, settings, latest);
  }

  /** A 400 of the older details call is "not ready" and "no such event" alike: only the caller's deadline can tell them apart. */
  async resolve(request: RunRequest, correlation: string): Promise<Resolution> {
    const settings = settingsOf(request);
    let reply = await this.#api.triggerDetails(correlation, 'V2');
    if (reply.kind === 'reply' && reply.status === 404) reply = await this.#api.triggerDetails(correlation, 'v1');
    if (isThrottled(reply)) throw unavailable(reply);
    if (reply.kind === 'reply' && (reply.status === 400 || reply.status === 404)) return { kind: 'not-yet' };
    if (!isSuccess(reply)) throw unavailable(reply);
    return runOfEvent(this.#api, reply.body, { event: correlation, ...this.#search(request, settings) });
  }

  async look(watched: readonly Watched[]): Promise<ReadonlyMap<string, News>> {
    const known = watched.flatMap(({ request, ref }) => (ref === undefined ? [] : [{ request, ref }]));
    const states = await this.observe(known).catch(noNews);
    const news = await Promise.all(
      watched.map(async (one) => [one.request.key, await this.#newsOf(one, states).catch(noNews)] as const),
    );
    return new Map(news);
  }

  async #newsOf(
    { request, ref, correlation }: Watched,
    states: Awaited<ReturnType<typeof this.observe>> | News,
  ): Promise<News> {
    if (ref !== undefined) {
      if ('kind' in states) return states;
      const state = states.get(ref);
      if (state === undefined) return { kind: 'none' };
      return { kind: 'run', ref, state, ...(state.url === undefined ? {} : { url: state.url }) };
    }
    const resolved = correlation === undefined ? undefined : await this.resolve(request, correlation);
    if (resolved !== undefined && resolved.kind !== 'not-yet') return resolved;
    const isLate = this.#clock.now() > request.at + this.lateStartMilliseconds;
    if (correlation !== undefined && !isLate) return { kind: 'none' };
    return (await this.findByKey(request)) ?? { kind: 'none' };
  }

  whereToLook({ key, deployment }: RunRequest): string {
    const settings = readSettings(deployment.executor.settings);
    const pipeline = typeof settings === 'string' ? 'the pipeline' : settings.pipeline;
    return `the runs of ${pipeline} with ${key} in their payload or notes`;
  }

  async observe(runs: readonly WatchedRun[]): Promise<ReadonlyMap<string, RunState>> {
    return readRuns(this.#api, this.#clock.now(), runs);
  }

  /** Aborts the whole run. Nothing is rolled back by that, and an abort that is already under way counts as accepted. */
  async cancel(request: RunRequest, ref: string): Promise<CancelResult> {
    const settings = settingsOf(request);
    const reply = await this.#api.abort(settings.scope, ref);
    const answer = describeReply(reply);
    if (reply.kind === 'not-sent' || isThrottled(reply)) throw unavailable(reply);
    if (reply.kind === 'lost' || reply.status >= 500 || reply.status === 408) return { kind: 'lost', answer };
    if (reply.status >= 200 && reply.status < 300) return { kind: 'accepted', answer };
    const isUnderWay = textAt(reply.body, 'code') === 'ABORT_ALL_ALREADY_NG';
    return { kind: await this.#stateOfEnding(settings, ref, isUnderWay ? 'accepted' : 'no'), answer };
  }

  async findByKey(request: RunRequest): Promise<RunFound | undefined> {
    const settings = settingsOf(request);
    if (this.#eventKeys.size > rememberedEvents) this.#eventKeys.clear();
    const search = { ...this.#search(request, settings), eventKeys: this.#eventKeys };
    const runs = await findRunsByKey(this.#api, search);
    return chooseRun(runs, (ref) => this.#api.runUrl(settings.scope, settings.pipeline, ref));
  }

  #search({ key, at }: RunRequest, settings: HarnessSettings) {
    return { settings, key, from: at, to: Math.max(this.#clock.now(), at) };
  }

  async #fire(request: RunRequest, settings: HarnessSettings, latest: number): Promise<StartResult> {
    const { scope, pipeline } = settings;
    const token = tokenOf(this.#tokens, settings);
    const trigger = { pipeline, trigger: settings.trigger!, latest, ...(token === undefined ? {} : { token }) };
    const reply = await this.#api.fireTrigger(scope, trigger, payloadOf(request));
    return webhookResult(reply, {
      run: (id) => this.#api.runUrl(scope, pipeline, id),
      isOwn: (url) => this.#api.isOwnUrl(url),
    });
  }

  async #execute(
    request: RunRequest,
    { scope, pipeline, variables }: HarnessSettings,
    latest: number,
  ): Promise<StartResult> {
    const yaml = runtimeYaml(pipeline, variablesOf(request), variables);
    const reply = await this.#api.execute(scope, pipeline, { yaml, notes: request.key, latest });
    return executeResult(reply, (id) => this.#api.runUrl(scope, pipeline, id));
  }

  /** A refused abort means that the run is over, or that it cannot be stopped: only the run itself tells. */
  async #stateOfEnding(
    { scope }: HarnessSettings,
    ref: string,
    otherwise: 'accepted' | 'no',
  ): Promise<'accepted' | 'over' | 'no'> {
    const reply = await this.#api.run(scope, ref);
    if (reply.kind === 'reply' && reply.status === 404) return otherwise;
    if (!isSuccess(reply)) return otherwise;
    const summary = objectAt(reply.body, 'data', 'pipelineExecutionSummary');
    if (readRun(summary).phase === 'terminal') return 'over';
    return isEnding(summary) ? 'accepted' : otherwise;
  }
}

const unavailable = (reply: HarnessReply): FlotillaError =>
  new FlotillaError('ExecutorUnavailable', describeReply(reply));

const noNews = (error: unknown): News => {
  if (!isFlotillaError(error, 'ExecutorUnavailable')) throw error;
  return { kind: 'unread', trouble: { asked: 'Harness', answered: error.message } };
};

const settingsOf = (request: RunRequest): HarnessSettings => {
  const settings = readSettings(request.deployment.executor.settings);
  if (typeof settings === 'string') throw new FlotillaError('ConfigurationInvalid', settings);
  return settings;
};
