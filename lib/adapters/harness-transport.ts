import type { Random, RequestBudget } from '../domain/ports.ts';
import { firstGood } from './first-good.ts';
import {
  type ExchangeOptions,
  HarnessExchange,
  type Sending,
  type TransportReply,
  type Waiting,
} from './harness-exchange.ts';

export interface TransportOptions extends ExchangeOptions {
  readonly random: Random;
  /** The account's. */
  readonly budget: RequestBudget;
  /** The usual transport unless given. */
  readonly patience?: Patience;
}

/** Milliseconds. */
export interface Patience {
  /** How long to wait for the answer, by kind of request. */
  readonly start: number;
  readonly abort: number;
  readonly list: number;
  readonly detail: number;
  /** After this, a read is sent a second time in parallel. */
  readonly hedge: number;
  /** After this, a read ends, including all its retries. */
  readonly whole: number;
}

/** A page of a list is large. */
export const usualPatience: Patience = {
  start: 30_000,
  abort: 30_000,
  list: 20_000,
  detail: 10_000,
  hedge: 4_000,
  whole: 25_000,
};

/** A request that changes something, and is sent once. */
interface StartCall extends Sending {
  readonly kind: 'start' | 'abort';
  /** It is not sent after this moment. */
  readonly latest?: number;
}

interface ReadCall extends Sending {
  readonly kind: 'list' | 'detail';
}

const readAttempts = 4;

/**
 * Requests to Harness within the account's budget. Starts and aborts are sent once, reads are retried, and a slow read
 * is sent twice.
 */
export class HarnessTransport {
  readonly #options: TransportOptions;
  readonly #exchange: HarnessExchange;
  readonly #patience: Patience;

  constructor(base: URL, options: TransportOptions) {
    this.#options = options;
    this.#exchange = new HarnessExchange(base, options);
    this.#patience = options.patience ?? usualPatience;
  }

  /**
   * Retries a read after a fault that may pass. Half of each delay is random, so that many clients do not return
   * together.
   */
  async read(call: ReadCall): Promise<TransportReply> {
    const { clock, random } = this.#options;
    const end = clock.now() + this.#patience.whole;
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.#hedged(call, end);
      if (attempt === readAttempts || !isPassing(reply)) return reply;
      const delay = 500 * 2 ** (attempt - 1) * (0.5 + random.next() / 2);
      const asked = reply.kind === 'reply' ? (reply.retryAfter ?? 0) : 0;
      const pause = Math.max(asked, delay);
      if (clock.now() + pause >= end) return reply;
      await clock.sleep(pause);
    }
  }

  /**
   * One request, sent at most once. Its connection is not kept: after a Lambda was frozen, the far end is gone. A start
   * sent into the void is UNKNOWN, where a read is just repeated.
   */
  async send({ latest, ...call }: StartCall): Promise<TransportReply> {
    const busy = await this.#awaitTurn('start', latest);
    return busy ?? this.#once(call, { timeout: this.#patience[call.kind], headers: { connection: 'close' } });
  }

  /**
   * One slow answer does not block: if there is room, the same request is sent again, and the first good answer counts.
   */
  async #hedged(call: ReadCall, end: number): Promise<TransportReply> {
    const { clock } = this.#options;
    const busy = await this.#awaitTurn('read', end);
    if (busy !== undefined) return busy;
    const done = new AbortController();
    const ask = (): Promise<TransportReply> =>
      this.#once(call, {
        timeout: Math.min(this.#patience[call.kind], end - clock.now()),
        signal: done.signal,
      });
    try {
      const first = ask();
      const slow = clock.sleep(this.#patience.hedge, done.signal);
      const early = await Promise.race([first, slow.catch(() => first)]);
      if (early !== undefined) return early;
      const hasRoom = (await this.#awaitTurn('read', clock.now())) === undefined;
      return await firstGood(hasRoom ? [first, ask()] : [first], (reply) => !isPassing(reply));
    } finally {
      done.abort();
    }
  }

  /** Undefined when it is its turn. If the budget cannot be read, nothing is sent. */
  async #awaitTurn(kind: 'start' | 'read', latest: number | undefined): Promise<TransportReply | undefined> {
    const { budget, clock } = this.#options;
    try {
      const turn = await budget.turn(kind, latest);
      const isInTime = latest === undefined || clock.now() <= latest;
      if (turn.kind === 'go' && (isInTime || kind === 'read')) return undefined;
      const message = 'too many requests to Harness were waiting before it';
      const busyUntil = turn.kind === 'later' ? turn.at : clock.now();
      return { kind: 'not-sent', message, permanent: false, busyUntil };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `not sent to Harness: it is unknown whether the account has room for it (${why})`;
      return { kind: 'not-sent', message, permanent: false };
    }
  }

  /** Everybody who shares the account learns that it was throttled. */
  async #once(call: Sending, waiting: Waiting): Promise<TransportReply> {
    const reply = await this.#exchange.send(call, waiting);
    if (isTooMuch(reply)) await this.#options.budget.throttled(reply.retryAfter).catch(() => {});
    return reply;
  }
}

type Reply = Extract<TransportReply, { readonly kind: 'reply' }>;

/** The edge answers 429, the service itself a code. */
const isTooMuch = (reply: TransportReply): reply is Reply =>
  reply.kind === 'reply' && (reply.status === 429 || reply.body?.code === 'TOO_MANY_REQUESTS');

const isPassing = (reply: TransportReply): boolean => {
  if (reply.kind === 'not-sent') return !reply.permanent && reply.busyUntil === undefined;
  if (reply.kind === 'lost' || isTooMuch(reply)) return true;
  const { status, body } = reply;
  if (status >= 200 && status < 300) return body === undefined;
  return status === 408 || status >= 500;
};
