import { type Dispatcher, fetch as fetchByDispatcher, getGlobalDispatcher } from 'undici';
import { FlotillaError } from '../domain/errors.ts';
import { foreignText } from '../domain/record/foreign-text.ts';
import type { ClusterAccess } from './cluster-access.ts';
import type { Pass } from './cluster-pass.ts';
import { isPermanent, networkMessage } from './network-failure.ts';
import { type Answer, ask, type Transport } from './own-fetch.ts';
import { type Redact, redactorOf } from './own-secrets.ts';
import { linesOf } from './text-lines.ts';
import { userAgent } from './user-agent.ts';

const authority = 'its certificate authority is named in the kubeconfig, as certificate-authority-data';

/** Every request ends after this long, whatever the API server does. */
export const requestMilliseconds = 10_000;

/** A page of a list has about 2 MB. */
export const listBytes = 32 * 1024 * 1024;

/** For a watch: the API server stores objects up to 1.5 MiB, and as JSON they are a little larger. */
const longestLine = 8 * 1024 * 1024;

const shortestSecret = 8;

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
  /** The answer was longer than the limit. */
  readonly isCut?: true;
  readonly redirect?: string;
}

/** A streaming answer. */
export interface ApiStream {
  readonly status: 200;
  /** Lines as they arrive, without our secrets. Throws ClusterUnavailable when the connection breaks. */
  readonly lines: AsyncIterable<string>;
}

interface Asked {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Absent: JSON. */
  readonly type?: string;
}

interface Sent extends Asked {
  readonly pass: Pass;
}

interface Sending {
  readonly signal: AbortSignal;
  readonly limit: number;
  /** The answer keeps streaming. */
  readonly lasts?: true;
}

export interface Patience {
  /** Bytes of the answer. */
  readonly limit?: number;
  readonly milliseconds?: number;
}

/** A Status object, if the body is one. It comes from the API server itself or, through its proxy, from a service. */
export interface ApiStatusBody {
  readonly code: unknown;
  readonly reason: string;
  readonly message: string;
}

/**
 * Sends requests with client-node's authentication and connections but without its models. Those turn every time into a
 * Date, drop unknown fields and take three times as long (2,000 pods: 100 ms instead of 35). It also avoids
 * client-node's `fetch`, which follows redirects and reads everything.
 */
export class ClusterRequests {
  readonly #name: string;
  readonly #access: ClusterAccess;
  readonly #server: string;
  readonly #secrets: readonly string[];

  constructor(name: string, access: ClusterAccess, secrets: readonly string[] = []) {
    this.#name = name;
    this.#access = access;
    this.#secrets = secrets;
    this.#server = (access.config.getCurrentCluster()?.server ?? '').replace(/\/$/, '');
  }

  /** Any answer but 401, 403, 429, 5xx and redirects. Those mean that the cluster cannot be asked. */
  async get(path: string, patience: Patience = {}): Promise<ApiAnswer> {
    return this.#asked({ method: 'GET', path }, patience);
  }

  /** Creates something, such as a review of our rights. Checked as `get` is. */
  async post(path: string, body: object, patience: Patience = {}): Promise<ApiAnswer> {
    return this.#asked({ method: 'POST', path, body }, patience);
  }

  /** Checked as `get` is. The body has the preconditions, so a new object of the same name is not deleted. */
  async delete(path: string, body: object): Promise<ApiAnswer> {
    return this.#asked({ method: 'DELETE', path, body });
  }

  /**
   * A streaming answer: a watch. An answer that is not a stream (410, for example) is checked as `get` checks it.
   * Throws ClusterUnavailable if it does not begin in time. Once begun, it lasts until the signal or the API server
   * ends it.
   */
  async open(path: string, signal: AbortSignal): Promise<ApiAnswer | ApiStream> {
    const asked: Asked = { method: 'GET', path };
    const opened = await this.#twice((pass) => this.#opened({ ...asked, pass }, signal), isRefused);
    return 'lines' in opened ? opened : this.#checked(asked, opened);
  }

  /**
   * Changes something. Returns the raw answer where it may be about the content: 403 for a missing right or a policy,
   * and the 500 for an unknown field. Checks any other answer as `get` does.
   */
  async change(asked: Asked): Promise<ApiAnswer> {
    const answer = await this.#twice((pass) => this.#answered({ ...asked, pass }, {}), isRefused);
    return isOfTheObject(answer) ? answer : this.#checked(asked, answer);
  }

  /**
   * The raw answer: through the proxy it may be a service's. Throws ClusterUnavailable if there is none, with
   * `details.timeout` if it took too long.
   */
  send(path: string, patience: Patience): Promise<ApiAnswer> {
    return this.#twice((pass) => this.#answered({ method: 'GET', path, pass }, patience), isRefusedByApi);
  }

  async #asked(asked: Asked, patience: Patience = {}): Promise<ApiAnswer> {
    return this.#checked(asked, await this.#twice((pass) => this.#answered({ ...asked, pass }, patience), isRefused));
  }

  /** A credential may have just expired or been replaced: try again with a new one. Nothing has happened yet. */
  async #twice<One extends ApiAnswer | ApiStream>(
    once: (pass: Pass) => Promise<One>,
    isWithout: (answer: One) => boolean,
  ): Promise<One> {
    const pass = await this.#pass();
    const first = await once(pass);
    if (!isWithout(first)) return first;
    await this.#access.renew(pass).catch((error: unknown) => {
      throw this.unavailable(networkMessage(error, authority), {}, error);
    });
    return once(await this.#pass());
  }

  async #answered(sent: Sent, { limit = listBytes, milliseconds = requestMilliseconds }: Patience): Promise<ApiAnswer> {
    const signal = AbortSignal.timeout(milliseconds);
    try {
      return await this.#whole(await this.#carried(sent, { signal, limit }), sent.pass);
    } catch (error) {
      if (signal.aborted) throw this.#late(milliseconds);
      throw this.unavailable(networkMessage(error, authority), {}, error);
    }
  }

  async #opened(sent: Sent, signal: AbortSignal): Promise<ApiAnswer | ApiStream> {
    const slow = new AbortController();
    const timer = setTimeout(() => slow.abort(), requestMilliseconds);
    try {
      const either = AbortSignal.any([slow.signal, signal]);
      const answer = await this.#carried(sent, { signal: either, limit: listBytes, lasts: true });
      if (answer.status !== 200) return await this.#whole(answer, sent.pass);
      return { status: 200, lines: this.#lines(answer.stream(), { redact: this.#redactorFor(sent.pass), signal }) };
    } catch (error) {
      if (slow.signal.aborted) throw this.#late(requestMilliseconds);
      throw this.unavailable(networkMessage(error, authority), {}, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async *#lines(
    chunks: AsyncIterable<Uint8Array>,
    { redact, signal }: { readonly redact: Redact; readonly signal: AbortSignal },
  ): AsyncGenerator<string> {
    try {
      for await (const line of linesOf(chunks, longestLine)) yield redact(line);
    } catch (error) {
      if (!signal.aborted) throw this.unavailable(networkMessage(error, authority), {}, error);
    }
  }

  async #pass(): Promise<Pass> {
    try {
      return await this.#access.pass();
    } catch (error) {
      throw this.unavailable(networkMessage(error, authority), {}, error);
    }
  }

  #carried(
    { method, path, body, type = 'application/json', pass }: Sent,
    { signal, limit, lasts }: Sending,
  ): Promise<Answer> {
    const headers = {
      ...{ accept: 'application/json, */*', 'user-agent': userAgent },
      ...pass.headers,
      ...(body === undefined ? {} : { 'content-type': type }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const [credential, transport] = [pass.headers.authorization !== undefined, by(pass, lasts)];
    return ask(`${this.#server}${path}`, { method, headers, ...sent, signal, limit, credential, transport });
  }

  async #whole(answer: Answer, pass: Pass): Promise<ApiAnswer> {
    const { bytes, isWhole } = await answer.read();
    return {
      status: answer.status,
      body: this.#redactorFor(pass)(new TextDecoder().decode(bytes)),
      ...(isWhole ? {} : { isCut: true }),
      ...(answer.redirect === undefined ? {} : { redirect: answer.redirect }),
    };
  }

  #late(milliseconds: number): FlotillaError {
    return this.unavailable(`no answer within ${milliseconds} ms`, { timeout: true });
  }

  /**
   * What was sent must not come back, nor what a workload knows about us. A short secret may also be an ordinary word.
   */
  #redactorFor({ secrets }: Pass): Redact {
    return redactorOf([...secrets, ...this.#secrets].filter(({ length }) => length >= shortestSecret));
  }

  unavailable(why: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown): FlotillaError {
    const host = URL.canParse(this.#server) ? new URL(this.#server).host : this.#server;
    const message = `cluster ${this.#name} (${host}) cannot be asked: ${foreignText(why, 1_000)}`;
    const lasting = cause !== undefined && isPermanent(cause) ? { permanent: true } : {};
    return new FlotillaError(
      'ClusterUnavailable',
      message,
      { cluster: this.#name, host, ...lasting, ...details },
      cause,
    );
  }

  #checked({ method, path }: Asked, answer: ApiAnswer): ApiAnswer {
    const { status, redirect } = answer;
    if (redirect !== undefined)
      throw this.unavailable(`it answers with ${redirect}; is the address right?`, { status });
    if (status !== 401 && status !== 403 && status < 500 && status !== 429) return answer;
    const said = statusBodyOf(answer)?.message ?? `HTTP ${status}`;
    throw this.unavailable(`${remedies[status] ?? 'it failed'}: ${said} (${method} ${path.split('?')[0]})`, { status });
  }
}

/** What lists and watches use. */
export type ApiReads = Pick<ClusterRequests, 'get' | 'open' | 'unavailable'>;

/** client-node's connections belong to its own undici, which Node's `fetch` does not accept. */
const by =
  ({ dispatcher = getGlobalDispatcher(), several }: Pass, lasts = false): Transport =>
  (url, request) => {
    const whole = withSeveral(dispatcher, several);
    return fetchByDispatcher(url, { ...request, dispatcher: lasts ? patient(whole) : whole });
  };

/** The connection, which its types leave out. */
type OneVersion = Dispatcher.DispatchOptions & { readonly allowH2: false };

/**
 * fetch joins headers of one name into one value, which an API server takes for a single value. undici does the same
 * over HTTP/2.
 */
const withSeveral = (dispatcher: Dispatcher, several: Pass['several']): Dispatcher => {
  if (Object.keys(several).length === 0) return dispatcher;
  return dispatcher.compose((dispatch) => (options, handler) => {
    const headers = { ...(options.headers as Record<string, string>), ...several } as Record<string, string[]>;
    const sent: OneVersion = { ...options, headers, allowH2: false };
    return dispatch(sent, handler);
  });
};

/** undici closes a body after five minutes of silence, which is normal for a watch. */
const patient = (dispatcher: Dispatcher): Dispatcher =>
  dispatcher.compose((dispatch) => (options, handler) => dispatch({ ...options, bodyTimeout: 0 }, handler));

const remedies: Readonly<Record<number, string>> = {
  401: 'it does not accept our credentials; check the token, certificate or access entry',
  403: 'it does not give us the right; apply the role that flotilla cluster-role prints',
  429: 'it is too busy',
};

/** The API server's message with a 500 for a field that the kind does not have, or that has another type. */
const notOfTheKind = /field not declared in schema|failed to (?:create|convert|decode) (?:typed )?(?:patch )?object/i;

/** The message when an admission webhook does not answer. The cluster does answer, so it is not away. */
export const notAdmitted = /failed calling webhook|failed to call webhook/i;

const isOfTheObject = (answer: ApiAnswer): boolean => {
  const said = statusBodyOf(answer);
  return (
    said !== undefined &&
    (answer.status === 403 ||
      (answer.status === 500 && (notOfTheKind.test(said.message) || notAdmitted.test(said.message))))
  );
};

const isRefused = ({ status }: ApiAnswer | ApiStream): boolean => status === 401;

/** Through the proxy, a service may answer 401 too. Then our credential is fine. */
const isRefusedByApi = (answer: ApiAnswer): boolean =>
  isRefused(answer) && statusBodyOf(answer)?.reason === 'Unauthorized';

export function statusBodyOf({ body }: ApiAnswer): ApiStatusBody | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const { code, kind, message = '', reason = '' } = JSON.parse(body);
    return kind === 'Status' ? { code, reason: String(reason), message: String(message) } : undefined;
  } catch {
    return undefined;
  }
}
