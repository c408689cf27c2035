import type { Clock } from '../../domain/ports.ts';
import type { HarnessReply } from './api.ts';
import type { Bell } from './bell.ts';
import { isSuccess } from './wire.ts';

interface Sent {
  readonly reply: Promise<HarnessReply>;
  settledAt?: number;
}

/** How long a reply that nobody waited for stays useful. */
const freshMilliseconds = 30_000;
/**
 * A look requests a list a second time if it takes longer than this. If three answers in ten are slow, hardly any look
 * then goes without.
 */
const patienceMilliseconds = 2_500;
/** Concurrent requests for one list, including those of earlier looks. */
const mostAtOnce = 3;

/**
 * Requests in flight, possibly for longer than the look that sent them. All waiting ends, without a value, when the
 * bell rings.
 */
export class Underway {
  readonly #clock: Pick<Clock, 'now' | 'sleep'>;
  readonly #single = new Map<string, Sent>();
  readonly #lists = new Map<string, Set<Sent>>();

  constructor(clock: Pick<Clock, 'now' | 'sleep'>) {
    this.#clock = clock;
  }

  /** Whether there is a request whose answer nobody has taken. */
  has(id: string): boolean {
    const sent = this.#single.get(id);
    return sent !== undefined && !this.#isStale(sent);
  }

  /** Sends a request only once: an answer that an earlier look did not wait for goes to the next one who asks. */
  async once(id: string, send: () => Promise<HarnessReply>, bell: Bell): Promise<HarnessReply | undefined> {
    const known = this.#single.get(id);
    if (known === undefined && bell.isOver()) return undefined;
    const sent = known === undefined || this.#isStale(known) ? this.#send(send) : known;
    this.#single.set(id, sent);
    const reply = await Promise.race([sent.reply, bell.rung]);
    if (reply !== undefined && this.#single.get(id) === sent) this.#single.delete(id);
    return reply;
  }

  /**
   * Every look sends it again, since it covers everything in flight, but only a few at a time. The first good answer
   * counts.
   */
  async anew(id: string, send: () => Promise<HarnessReply>, bell: Bell): Promise<HarnessReply | undefined> {
    const open = this.#lists.get(id) ?? new Set<Sent>();
    this.#lists.set(id, open);
    const own: Sent[] = [];
    const start = (): void => {
      if (open.size >= mostAtOnce || bell.isOver()) return;
      const sent = this.#send(send);
      own.push(sent);
      open.add(sent);
      const close = (): unknown => open.delete(sent);
      void sent.reply.then(close, close);
    };
    start();
    // An answer to an earlier look's request is older.
    const first = await this.#firstGood(own.length > 0 ? own : [...open], bell, patienceMilliseconds);
    if (first !== undefined || bell.isOver()) return first;
    start();
    return this.#firstGood(own.length > 0 ? own : [...open], bell);
  }

  /** Drops what nobody came back for. */
  tidy(): void {
    for (const [id, sent] of this.#single) if (this.#isStale(sent)) this.#single.delete(id);
    for (const [id, open] of this.#lists) if (open.size === 0) this.#lists.delete(id);
  }

  #send(send: () => Promise<HarnessReply>): Sent {
    const sent: Sent = { reply: send() };
    const settle = (): void => {
      sent.settledAt = this.#clock.now();
    };
    void sent.reply.then(settle, settle);
    return sent;
  }

  #isStale({ settledAt }: Sent): boolean {
    return settledAt !== undefined && this.#clock.now() - settledAt > freshMilliseconds;
  }

  /** A bad answer counts if no other can come. */
  async #firstGood(open: readonly Sent[], bell: Bell, patience?: number): Promise<HarnessReply | undefined> {
    const done = new AbortController();
    const nothing = (): undefined => undefined;
    // A closed clock rejects all sleeps. Then the patience is over too.
    const enough = patience === undefined ? [] : [this.#clock.sleep(patience, done.signal).then(nothing, nothing)];
    const waiting = new Set(open);
    try {
      for (;;) {
        const answers = [...waiting].map(async (sent) => ({ sent, reply: await sent.reply }));
        const answer = await Promise.race([...answers, bell.rung, ...enough]);
        if (answer === undefined) return undefined;
        waiting.delete(answer.sent);
        if (isSuccess(answer.reply) || waiting.size === 0) return answer.reply;
      }
    } finally {
      done.abort();
    }
  }
}
