import { FlotillaError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Clock, Random } from '../domain/ports.ts';
import { isNeverSent, isPermanent, networkMessage } from './network-failure.ts';
import { type Answer, ask, type Transport } from './own-fetch.ts';
import { withoutSecrets } from './own-secrets.ts';
import { RequestPace } from './request-pace.ts';

export interface TransportOptions {
  readonly apiKey: string;
  /** The webhook tokens: they are kept out of every answer, also out of one that repeats a token it was not sent. */
  readonly secrets?: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** Node's own unless given. A private certificate authority comes in by NODE_EXTRA_CA_CERTS. */
  readonly transport?: Transport;
  /** Of this client; the account's allowance for one key is 400. */
  readonly requestsPerMinute?: number;
  readonly timeoutMilliseconds?: number;
}

export type TransportReply =
  | { readonly kind: 'reply'; readonly status: number; readonly body?: JsonObject; readonly retryAfter?: number }
  | { readonly kind: 'not-sent'; readonly message: string; readonly permanent: boolean }
  | { readonly kind: 'lost'; readonly message: string };

export interface TransportCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below `<base>/pipeline/api/`, without a query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: { readonly type: string; readonly text: string };
  /** The secret in the path, if there is one. */
  readonly secret?: string;
  /** It is not sent after this moment. */
  readonly latest?: number;
}

const readAttempts = 4;
const longestRetryMilliseconds = 30_000;
/** A page of 1000 runs is about 5 MB. */
const bodyLimit = 32 * 1024 * 1024;

/** HTTP for Harness: the key, the pace, timeouts, repeated reads, and which failures are certain. No secret leaves it but to Harness. */
export class HarnessTransport {
  readonly #base: URL;
  readonly #options: TransportOptions;
  readonly #pace: RequestPace;

  constructor(base: URL, options: TransportOptions) {
    // A key with a line break would be quoted in full by fetch's own error.
    if (!/^[\x21-\x7e]+$/.test(options.apiKey))
      throw new FlotillaError('ConfigurationInvalid', 'harness.api_key is empty or holds characters that no key has', {
        key: 'harness.api_key',
      });
    this.#base = base;
    this.#options = options;
    this.#pace = new RequestPace(options.clock, options.requestsPerMinute ?? 400);
  }

  /** Repeats a read where the fault may pass. Half of each delay is chance, so that many clients do not come back together. */
  async read(call: TransportCall): Promise<TransportReply> {
    const { clock, random } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.#once(call, {});
      if (attempt === readAttempts || !isPassing(reply)) return reply;
      const delay = 500 * 2 ** (attempt - 1) * (0.5 + random.next() / 2);
      const asked = reply.kind === 'reply' ? (reply.retryAfter ?? 0) : 0;
      await clock.sleep(Math.min(longestRetryMilliseconds, Math.max(asked, delay)));
    }
  }

  /**
   * One request, sent at most once. Its connection is not kept: in a Lambda that was frozen since, the far end has gone, and
   * a start that is sent into the void is UNKNOWN, where a read is only repeated.
   */
  send(call: TransportCall): Promise<TransportReply> {
    return this.#once(call, { connection: 'close' });
  }

  async #once(call: TransportCall, extra: Readonly<Record<string, string>>): Promise<TransportReply> {
    await this.#pace.turn();
    const { clock, timeoutMilliseconds = 30_000 } = this.#options;
    if (call.latest !== undefined && clock.now() > call.latest)
      return { kind: 'not-sent', message: 'too many requests to Harness were waiting before it', permanent: false };
    const overdue = new AbortController();
    const done = new AbortController();
    // A clock that is closed rejects whoever sleeps; then nobody waits for the reply either.
    const end = (): unknown => done.signal.aborted || overdue.abort();
    void clock.sleep(timeoutMilliseconds, done.signal).then(end, end);
    try {
      return await this.#exchange(call, extra, overdue.signal);
    } catch (error) {
      if (overdue.signal.aborted)
        return { kind: 'lost', message: `Harness gave no answer within ${timeoutMilliseconds / 1000} s` };
      const text = this.#redact(networkMessage(error), call.secret);
      if (!isNeverSent(error)) return { kind: 'lost', message: `the connection to Harness broke: ${text}` };
      return { kind: 'not-sent', message: `Harness cannot be reached: ${text}`, permanent: isPermanent(error) };
    } finally {
      done.abort();
    }
  }

  async #exchange(
    call: TransportCall,
    extra: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<TransportReply> {
    const { transport } = this.#options;
    const answer = await ask(this.#urlOf(call).href, {
      method: call.method,
      headers: {
        'x-api-key': this.#options.apiKey,
        accept: 'application/json',
        'user-agent': 'flotilla',
        ...extra,
        ...(call.body === undefined ? {} : { 'content-type': call.body.type }),
      },
      ...(call.body === undefined ? {} : { body: call.body.text }),
      signal,
      limit: bodyLimit,
      credential: true,
      ...(transport === undefined ? {} : { transport }),
    });
    const retryAfter = millisecondsOf(answer.headers.get('retry-after') ?? '', this.#options.clock.now());
    const body = await this.#readBody(answer, call.secret);
    return {
      kind: 'reply',
      status: answer.status,
      ...(body === undefined ? {} : { body }),
      ...(retryAfter > 0 ? { retryAfter } : {}),
    };
  }

  #urlOf(call: TransportCall): URL {
    const url = new URL(this.#base);
    url.pathname = `${url.pathname.replace(/\/$/, '')}/pipeline/api/${call.path}`;
    for (const [name, value] of Object.entries(call.query)) url.searchParams.set(name, value);
    return url;
  }

  /** Undefined for everything that is not a complete JSON object: the status still counts then. */
  async #readBody(answer: Answer, secret: string | undefined): Promise<JsonObject | undefined> {
    try {
      const { bytes, isWhole } = await answer.read();
      if (!isWhole) return undefined;
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes), (_, part) =>
        typeof part === 'string' ? this.#redact(part, secret) : part,
      );
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
    } catch {
      return undefined;
    }
  }

  #redact(text: string, secret: string | undefined): string {
    const { apiKey, secrets: others = [] } = this.#options;
    return withoutSecrets(text, [apiKey, ...others, secret ?? '']);
  }
}

const isPassing = (reply: TransportReply): boolean => {
  if (reply.kind === 'not-sent') return !reply.permanent;
  if (reply.kind === 'lost') return true;
  const { status, body } = reply;
  if (status >= 200 && status < 300) return body === undefined;
  return status === 408 || status === 429 || status >= 500 || body?.code === 'TOO_MANY_REQUESTS';
};

/** Of Retry-After, which has seconds or a date. What it does not understand is nothing. */
const millisecondsOf = (text: string, now: number): number => {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  return text.endsWith('GMT') ? Date.parse(text) - now : 0;
};
