import { FlotillaError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Clock } from '../domain/ports.ts';
import { isNeverSent, isPermanent, networkMessage } from './network-failure.ts';
import { type Answer, ask, type Transport } from './own-fetch.ts';
import { type Redact, redactorOf } from './own-secrets.ts';

export interface ExchangeOptions {
  readonly apiKey: string;
  /** The webhook tokens. They are removed from every answer, even from one that repeats a token it was not sent. */
  readonly secrets?: readonly string[];
  readonly clock: Clock;
  /** Node's own unless given. Use NODE_EXTRA_CA_CERTS for a private certificate authority. */
  readonly transport?: Transport;
}

export type TransportReply =
  | { readonly kind: 'reply'; readonly status: number; readonly body?: JsonObject; readonly retryAfter?: number }
  | {
      readonly kind: 'not-sent';
      readonly message: string;
      readonly permanent: boolean;
      /**
       * Our own request budget has no room in time; when it will, in milliseconds since 1970. Harness was not asked.
       */
      readonly busyUntil?: number;
    }
  | { readonly kind: 'lost'; readonly message: string };

export interface Sending {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below `<base>/pipeline/api/`, without a query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: { readonly type: string; readonly text: string };
  /** The secret in the path, if there is one. */
  readonly secret?: string;
}

export interface Waiting {
  /** Milliseconds until the answer must be there. */
  readonly timeout: number;
  /** Aborting it ends the request: nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Additional headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page of 1000 runs is about 5 MB. */
const bodyLimit = 32 * 1024 * 1024;

/**
 * One request to Harness and its answer: the key, a time-out, and which failures are certain. Secrets go to Harness
 * only.
 */
export class HarnessExchange {
  readonly #base: URL;
  readonly #options: ExchangeOptions;
  readonly #secrets: ReadonlySet<string>;
  readonly #redact: Redact;

  constructor(base: URL, options: ExchangeOptions) {
    // fetch's own error would quote a key with a line break in full.
    if (!/^[\x21-\x7e]+$/.test(options.apiKey))
      throw new FlotillaError('ConfigurationInvalid', 'harness.api_key is empty or holds characters that no key has', {
        key: 'harness.api_key',
      });
    this.#base = base;
    this.#options = options;
    this.#secrets = new Set([options.apiKey, ...(options.secrets ?? [])]);
    this.#redact = redactorOf([...this.#secrets]);
  }

  async send(sending: Sending, { timeout, signal, headers = {} }: Waiting): Promise<TransportReply> {
    const overdue = new AbortController();
    const done = new AbortController();
    // A closed clock rejects every sleep; then nobody waits for the reply either.
    const end = (): unknown => done.signal.aborted || overdue.abort();
    void this.#options.clock.sleep(timeout, done.signal).then(end, end);
    const ends = signal === undefined ? overdue.signal : AbortSignal.any([overdue.signal, signal]);
    try {
      return await this.#exchange(sending, headers, ends);
    } catch (error) {
      if (overdue.signal.aborted)
        return { kind: 'lost', message: `Harness did not answer within ${Math.round(timeout / 100) / 10} s` };
      const text = this.#redactorFor(sending)(networkMessage(error));
      if (!isNeverSent(error)) return { kind: 'lost', message: `the connection to Harness broke: ${text}` };
      return { kind: 'not-sent', message: `Harness cannot be reached: ${text}`, permanent: isPermanent(error) };
    } finally {
      done.abort();
    }
  }

  async #exchange(
    sending: Sending,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<TransportReply> {
    const { apiKey, clock, transport } = this.#options;
    const { method, body: sent } = sending;
    const answer = await ask(this.#urlOf(sending).href, {
      method,
      headers: {
        'x-api-key': apiKey,
        accept: 'application/json',
        'user-agent': 'flotilla',
        ...headers,
        ...(sent === undefined ? {} : { 'content-type': sent.type }),
      },
      ...(sent === undefined ? {} : { body: sent.text }),
      signal,
      limit: bodyLimit,
      credential: true,
      ...(transport === undefined ? {} : { transport }),
    });
    const retryAfter = millisecondsOf(answer.headers.get('retry-after') ?? '', clock.now());
    const body = await this.#readBody(answer, this.#redactorFor(sending));
    return {
      kind: 'reply',
      status: answer.status,
      ...(body === undefined ? {} : { body }),
      ...(retryAfter > 0 ? { retryAfter } : {}),
    };
  }

  #urlOf({ path, query }: Pick<Sending, 'path' | 'query'>): URL {
    const url = new URL(this.#base);
    url.pathname = `${url.pathname.replace(/\/$/, '')}/pipeline/api/${path}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  /** Undefined for anything but a complete JSON object. The status still counts then. */
  async #readBody(answer: Answer, redact: Redact): Promise<JsonObject | undefined> {
    try {
      const { bytes, isWhole } = await answer.read();
      if (!isWhole) return undefined;
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes), (_, part) =>
        typeof part === 'string' ? redact(part) : part,
      );
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
    } catch {
      return undefined;
    }
  }

  /** The token is usually a known one. */
  #redactorFor({ secret }: Sending): Redact {
    return secret === undefined || this.#secrets.has(secret) ? this.#redact : redactorOf([...this.#secrets, secret]);
  }
}

/** Retry-After has seconds or a date. Anything else is ignored. */
const millisecondsOf = (text: string, now: number): number => {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  return text.endsWith('GMT') ? Date.parse(text) - now : 0;
};
