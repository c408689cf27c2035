import { FlotillaError } from '../domain/errors.ts';
import type { CancelResult, Clock, Executor, News, RunRequest, StartResult, Watched } from '../domain/ports.ts';
import type { HarnessApi, HarnessReply } from './harness/api.ts';
import { Looks } from './harness/look.ts';
import { expressionIn, payloadOf, runtimeYaml, variablesOf } from './harness/payload.ts';
import { isEnding, readRun } from './harness/run-status.ts';
import { type HarnessSettings, readSettings, tokenOf } from './harness/settings.ts';
import { answeredBy, executeResult, misconfigured, webhookResult } from './harness/start-result.ts';
import { whereToLook } from './harness/where-to-look.ts';
import { describeReply, isSuccess, isThrottled, objectAt, textAt } from './harness/wire.ts';

export type { HarnessApi, HarnessReply } from './harness/api.ts';

export interface HarnessExecutorOptions {
  readonly api: HarnessApi;
  /** Without `sleep`, a look waits for its answers without a limit. */
  readonly clock: Pick<Clock, 'now'> & Partial<Pick<Clock, 'sleep'>>;
  /**
   * Secrets, by `<org>/<project>/<pipeline>/<trigger>` or, shorter, `<pipeline>/<trigger>`. A trigger without one is
   * called at the v2 address.
   */
  readonly webhookTokens?: Readonly<Record<string, string>>;
  /** How long after a start its run may still appear; 5 minutes by default. */
  readonly lateStartMilliseconds?: number;
  /** How many reads the looks make per minute on average; 60 by default. */
  readonly readsPerMinute?: number;
}

/**
 * Runs a deployment as a Harness pipeline, started by a custom webhook or by the execute call. Harness has no
 * idempotency key: every accepted start is a new run. So a start is sent once, and whatever is not certain is
 * `unknown`.
 */
export class HarnessExecutor implements Executor {
  readonly lateStartMilliseconds: number;
  readonly #api: HarnessApi;
  readonly #looks: Looks;
  readonly #tokens: Readonly<Record<string, string>>;

  constructor(options: HarnessExecutorOptions) {
    this.#api = options.api;
    this.#tokens = options.webhookTokens ?? {};
    const { api, clock, lateStartMilliseconds = 5 * 60_000, readsPerMinute = 60 } = options;
    this.lateStartMilliseconds = lateStartMilliseconds;
    const timed = { now: () => clock.now(), sleep: clock.sleep?.bind(clock) ?? (() => new Promise<void>(() => {})) };
    this.#looks = new Looks({ api, clock: timed, lateStartMilliseconds, readsPerMinute });
  }

  async start(request: RunRequest, latest: number): Promise<StartResult> {
    const settings = readSettings(request.deployment.executor.settings);
    if (typeof settings === 'string') return misconfigured(settings);
    const expression = expressionIn(request);
    if (expression !== undefined) return misconfigured(expression);
    return settings.mode === 'execute'
      ? this.#execute(request, settings, latest)
      : this.#fire(request, settings, latest);
  }

  look(watched: readonly Watched[]): Promise<ReadonlyMap<string, News>> {
    return this.#looks.look(watched);
  }

  /** The result of one event, when nothing else is in flight. */
  async resolve(request: RunRequest, correlation: string): Promise<News> {
    const news = await this.look([{ request, sent_at: request.at, correlation }]);
    return news.get(request.key) ?? { kind: 'none' };
  }

  whereToLook(request: RunRequest, correlation?: string): string {
    return whereToLook(this.#api, request, correlation);
  }

  /** Aborts the whole run. That rolls nothing back. An abort already under way counts as accepted. */
  async cancel(request: RunRequest, ref: string, latest?: number): Promise<CancelResult> {
    const settings = settingsOf(request);
    const reply = await this.#api.abort(settings.scope, ref, latest === undefined ? {} : { latest });
    const answer = describeReply(reply);
    if (reply.kind === 'not-sent' || isThrottled(reply)) throw unavailable(reply);
    if (reply.kind === 'lost' || reply.status >= 500 || reply.status === 408) return { kind: 'lost', answer };
    if (reply.status >= 200 && reply.status < 300) return { kind: 'accepted', answer };
    const isUnderWay = textAt(reply.body, 'code') === 'ABORT_ALL_ALREADY_NG';
    return { kind: await this.#stateOfEnding(settings, ref, isUnderWay ? 'accepted' : 'no'), answer };
  }

  async #fire(request: RunRequest, settings: HarnessSettings, latest: number): Promise<StartResult> {
    const { scope, pipeline } = settings;
    const token = tokenOf(this.#tokens, settings);
    const trigger = { pipeline, trigger: settings.trigger!, latest, ...(token === undefined ? {} : { token }) };
    const reply = await this.#api.fireTrigger(scope, trigger, payloadOf(request));
    const links = {
      run: (id: string) => this.#api.runUrl(scope, pipeline, id),
      isOwn: (url: string) => this.#api.isOwnUrl(url),
    };
    return { ...webhookResult(reply, links), ...answeredBy(reply) };
  }

  async #execute(
    request: RunRequest,
    { scope, pipeline, variables }: HarnessSettings,
    latest: number,
  ): Promise<StartResult> {
    const yaml = runtimeYaml(pipeline, variablesOf(request), variables);
    const reply = await this.#api.execute(scope, pipeline, { yaml, notes: request.key, latest });
    return { ...executeResult(reply, (id) => this.#api.runUrl(scope, pipeline, id)), ...answeredBy(reply) };
  }

  /** A refused abort means that the run is over, or that it cannot be stopped. Only the run itself shows which. */
  async #stateOfEnding(
    { scope }: HarnessSettings,
    ref: string,
    otherwise: 'accepted' | 'no',
  ): Promise<'accepted' | 'over' | 'no'> {
    const reply = await this.#api.run(scope, ref);
    if (!isSuccess(reply)) return otherwise;
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
