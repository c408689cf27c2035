import type { Clock } from '../../domain/ports.ts';
import type { HarnessReply } from './api.ts';
import type { Bell } from './bell.ts';
import { isSuccess } from './wire.ts';

interface Sent {
  readonly reply: Promise<HarnessReply>;
  settledAt?: number;
}

/** A reply that nobody waited for is worth something for so long. */
const freshMilliseconds = 30_000;
/** A look asks a second time for a list that takes longer: where three answers in ten are slow, hardly a look goes without. */
const patienceMilliseconds = 2_500;
/** Of a list, those of earlier looks included. */
const mostAtOnce = 3;

/** Requests that are on their way, for longer than the look that sent them. All give up, with nothing, when the bell rings. */
export class Underway {
  readonly #clock: Pick<Clock, 'now' | 'sleep'>;
  readonly #single = new Map<string, Sent>();
  readonly #lists = new Map<string, Set<Sent>>();

  constructor(clock: Pick<Clock, 'now' | 'sleep'>) {
    this.#clock = clock;
  }

  /** Whether something was asked that nobody has taken the answer of. */
  has(id: string): boolean {
    const sent = this.#single.get(id);
    return sent !== undefined && !this.#isStale(sent);
  }

  /** Not sent twice: what an earlier look has not waited for goes to whoever asks for it next. */
  async once(id: string, send: () => Promise<HarnessReply>, bell: Bell): Promise<HarnessReply | undefined> {
    const known = this.#single.get(id);
    if (known === undefined && bell.isOver()) return undefined;
    const sent = known === undefined || this.#isStale(known) ? this.#send(send) : known;
    this.#single.set(id, sent);
    const reply = await Promise.race([sent.reply, bell.rung]);
    if (reply !== undefined && this.#single.get(id) === sent) this.#single.delete(id);
    return reply;
  }

  /** Sent anew by every look, since it tells of all that is in flight; but a few at most are on their way. The first good answer counts. */
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
    // What an earlier look has asked for is older news.
    const first = await this.#firstGood(own.length > 0 ? own : [...open], bell, patienceMilliseconds);
    if (first !== undefined || bell.isOver()) return first;
    start();
    return this.#firstGood(own.length > 0 ? own : [...open], bell);
  }

  /** What nobody came back for goes. */
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

  /** A bad answer counts when no other can come. */
  async #firstGood(open: readonly Sent[], bell: Bell, patience?: number): Promise<HarnessReply | undefined> {
    const done = new AbortController();
    const nothing = (): undefined => undefined;
    // A clock that is closed rejects whoever sleeps: then patience is over too.
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
