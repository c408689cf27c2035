import { FlotillaError } from '../domain/errors.ts';
import type { Clock, Executor, Resolution, RunFound, RunRequest, RunState, StartResult } from '../domain/ports.ts';
import type { HarnessApi, HarnessReply } from './harness/api.ts';
import { runOfEvent } from './harness/event-run.ts';
import { chooseRun } from './harness/found-runs.ts';
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

  async start(request: RunRequest): Promise<StartResult> {
    const settings = readSettings(request.deployment.executor.settings);
    if (typeof settings === 'string') return misconfigured(settings);
    const expression = expressionIn(request);
    if (expression !== undefined) return misconfigured(expression);
    return settings.mode === 'execute' ? this.#execute(request, settings) : this.#fire(request, settings);
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

  async observe(runs: readonly WatchedRun[]): Promise<ReadonlyMap<string, RunState>> {
    return readRuns(this.#api, this.#clock.now(), runs);
  }

  /** Aborts the whole run. Nothing is rolled back by that, and an abort that is already under way counts as accepted. */
  async cancel(request: RunRequest, ref: string): Promise<'accepted' | 'over' | 'no'> {
    const settings = settingsOf(request);
    const reply = await this.#api.abort(settings.scope, ref);
    if (isSuccess(reply) || (reply.kind === 'reply' && reply.status >= 200 && reply.status < 300)) return 'accepted';
    if (reply.kind !== 'reply' || isThrottled(reply) || reply.status >= 500 || reply.status === 408)
      throw unavailable(reply);
    if (textAt(reply.body, 'code') === 'ABORT_ALL_ALREADY_NG') return this.#stateOfEnding(settings, ref, 'accepted');
    return this.#stateOfEnding(settings, ref, 'no');
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

  async #fire(request: RunRequest, settings: HarnessSettings): Promise<StartResult> {
    const { scope, pipeline } = settings;
    const token = tokenOf(this.#tokens, settings);
    const latest = this.#latest(request);
    const trigger = { pipeline, trigger: settings.trigger!, latest, ...(token === undefined ? {} : { token }) };
    const reply = await this.#api.fireTrigger(scope, trigger, payloadOf(request));
    return webhookResult(reply, {
      run: (id) => this.#api.runUrl(scope, pipeline, id),
      isOwn: (url) => this.#api.isOwnUrl(url),
    });
  }

  async #execute(request: RunRequest, { scope, pipeline, variables }: HarnessSettings): Promise<StartResult> {
    const yaml = runtimeYaml(pipeline, variablesOf(request), variables);
    const reply = await this.#api.execute(scope, pipeline, { yaml, notes: request.key, latest: this.#latest(request) });
    return executeResult(reply, (id) => this.#api.runUrl(scope, pipeline, id));
  }

  /** Where thousands start at once, some wait for minutes: nothing is started when the poller may have given up looking for it. */
  #latest({ at }: RunRequest): number {
    return at + this.lateStartMilliseconds / 2;
  }

  /** A refused abort means that the run is over, or that it cannot be stopped: only the run itself tells. */
  async #stateOfEnding(
    { scope }: HarnessSettings,
    ref: string,
    otherwise: 'accepted' | 'no',
  ): Promise<'accepted' | 'over' | 'no'> {
    const reply = await this.#api.run(scope, ref);
    if (reply.kind === 'reply' && reply.status === 404) return otherwise;
    if (!isSuccess(reply)) throw unavailable(reply);
    const summary = objectAt(reply.body, 'data', 'pipelineExecutionSummary');
    if (readRun(summary).phase === 'terminal') return 'over';
    return isEnding(summary) ? 'accepted' : otherwise;
  }
}

const unavailable = (reply: HarnessReply): FlotillaError =>
  new FlotillaError('ExecutorUnavailable', describeReply(reply));

const settingsOf = (request: RunRequest): HarnessSettings => {
  const settings = readSettings(request.deployment.executor.settings);
  if (typeof settings === 'string') throw new FlotillaError('ConfigurationInvalid', settings);
  return settings;
};
