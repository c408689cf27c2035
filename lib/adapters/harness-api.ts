import { FlotillaError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isSafeForCredentials } from '../domain/safe-address.ts';
import type { TransportReply } from './harness-exchange.ts';
import { HarnessTransport, type TransportOptions } from './harness-transport.ts';

export interface HttpHarnessApiOptions extends TransportOptions {
  /** For example `https://app.harness.io`, with or without `/gateway`. */
  readonly baseUrl: string;
  readonly account: string;
  readonly org: string;
  readonly project: string;
  /** The host that may get the key and the tokens. Absent: the host of `baseUrl`. */
  readonly keyHost?: string;
}

interface Scope {
  readonly org?: string;
  readonly project?: string;
}

const json = (value: Json): { type: string; text: string } => ({
  type: 'application/json',
  text: JSON.stringify(value),
});

/**
 * The calls of Harness's HTTP interface that the executor needs: addresses, queries and bodies. Never throws after
 * construction. It sends starts and aborts once and repeats reads. The executor decides what a reply means.
 */
export class HttpHarnessApi {
  readonly #options: HttpHarnessApiOptions;
  readonly #base: URL;
  readonly #transport: HarnessTransport;

  constructor(options: HttpHarnessApiOptions) {
    this.#options = options;
    this.#base = parseBase(options.baseUrl);
    checkHost(this.#base, options.keyHost);
    this.#transport = new HarnessTransport(this.#base, options);
  }

  fireTrigger(
    scope: Scope,
    trigger: { readonly pipeline: string; readonly trigger: string; readonly token?: string; readonly latest?: number },
    payload: JsonObject,
  ): Promise<TransportReply> {
    const { token, latest } = trigger;
    return this.#transport.send({
      kind: 'start',
      ...(latest === undefined ? {} : { latest }),
      method: 'POST',
      path: token === undefined ? 'webhook/custom/v2' : `webhook/custom/${encodeURIComponent(token)}/v3`,
      query: { ...this.#scope(scope), pipelineIdentifier: trigger.pipeline, triggerIdentifier: trigger.trigger },
      body: json(payload),
      ...(token === undefined ? {} : { secret: token }),
    });
  }

  execute(
    scope: Scope,
    pipeline: string,
    { yaml, notes, latest }: { readonly yaml: string; readonly notes: string; readonly latest?: number },
  ): Promise<TransportReply> {
    return this.#transport.send({
      kind: 'start',
      ...(latest === undefined ? {} : { latest }),
      method: 'POST',
      path: `pipeline/execute/${encodeURIComponent(pipeline)}`,
      query: { ...this.#scope(scope), moduleType: 'CD', notesForPipelineExecution: notes },
      body: { type: 'application/yaml', text: yaml },
    });
  }

  abort(scope: Scope, id: string, urgent: { readonly latest?: number } = {}): Promise<TransportReply> {
    return this.#transport.send({
      kind: 'abort',
      ...urgent,
      method: 'PUT',
      path: `pipeline/execute/interrupt/${encodeURIComponent(id)}`,
      query: { ...this.#scope(scope), interruptType: 'AbortAll' },
    });
  }

  triggerDetails(event: string, version: 'V2' | 'v1'): Promise<TransportReply> {
    return this.#transport.read({
      kind: 'detail',
      method: 'GET',
      path: `webhook/triggerExecutionDetails${version === 'V2' ? 'V2' : ''}/${encodeURIComponent(event)}`,
      query: { accountIdentifier: this.#options.account },
    });
  }

  run(scope: Scope, id: string): Promise<TransportReply> {
    return this.#transport.read({
      kind: 'detail',
      method: 'GET',
      path: `pipelines/execution/v2/${encodeURIComponent(id)}`,
      query: { ...this.#scope(scope), renderFullBottomGraph: 'false' },
    });
  }

  runNotes(scope: Scope, id: string): Promise<TransportReply> {
    return this.#transport.read({
      kind: 'detail',
      method: 'GET',
      path: `pipelines/execution/${encodeURIComponent(id)}/notes`,
      query: this.#scope(scope),
    });
  }

  runs(
    scope: Scope,
    query: {
      readonly pipeline?: string;
      readonly statuses?: readonly string[];
      readonly page: number;
      readonly size: number;
      readonly from: number;
      readonly to: number;
    },
  ): Promise<TransportReply> {
    const { pipeline, statuses, page, size, from, to } = query;
    const ofPipeline = pipeline === undefined ? {} : { pipelineIdentifier: pipeline };
    const ofStatus = statuses === undefined ? {} : { status: statuses };
    return this.#transport.read({
      kind: 'list',
      method: 'POST',
      path: 'pipelines/execution/summary',
      query: { ...this.#scope(scope), ...ofPipeline, page: String(page), size: String(size) },
      body: json({ filterType: 'PipelineExecution', timeRange: { startTime: from, endTime: to }, ...ofStatus }),
    });
  }

  /** A scope's organisation and project. */
  projectOf(scope: Scope): { readonly org: string; readonly project: string } {
    return { org: scope.org ?? this.#options.org, project: scope.project ?? this.#options.project };
  }

  /** A run's page, for people. Pages are beside the gateway, not under it. */
  runUrl(scope: Scope, pipeline: string, id: string): string {
    const { org, project } = this.projectOf(scope);
    const root = this.#base.href.replace(/\/$/, '').replace(/\/gateway$/, '');
    const parts = [this.#options.account, org, project, pipeline, id];
    const [a, o, p, pl, run] = parts.map(encodeURIComponent);
    return `${root}/ng/#/account/${a}/cd/orgs/${o}/projects/${p}/pipelines/${pl}/executions/${run}/pipeline`;
  }

  /** Whether a link leads to the configured host. */
  isOwnUrl(url: string): boolean {
    return URL.canParse(url) && new URL(url).origin === this.#base.origin;
  }

  #scope(scope: Scope): Record<string, string> {
    const { org, project } = this.projectOf(scope);
    return { accountIdentifier: this.#options.account, orgIdentifier: org, projectIdentifier: project };
  }
}

const parseBase = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isUsable = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!isUsable || url.search !== '' || url.hash !== '')
    throw new FlotillaError(
      'ConfigurationInvalid',
      'harness.base_url must be an http or https address without user, query or fragment',
      { key: 'harness.base_url' },
    );
  if (!isSafeForCredentials(url.href))
    throw new FlotillaError(
      'ConfigurationInvalid',
      `harness.base_url has to begin with https://: the key goes to ${url.host} with every request`,
      { key: 'harness.base_url' },
    );
  return url;
};

/** Somebody who can change an address must not get the key that way. */
const checkHost = ({ host }: URL, keyHost = host): void => {
  if (host === keyHost) return;
  const hint = 'if both were meant to change, run `flotilla catalogue apply --with-secrets`';
  const message = `the key of Harness is for ${keyHost}, and harness.base_url leads to ${host}: nothing is sent there; ${hint}`;
  throw new FlotillaError('ConfigurationInvalid', message, { key: 'harness.base_url' });
};
