import { describe, expect, it } from 'vitest';
import { HttpHarnessApi } from '../../lib/adapters/harness-api.ts';
import type { Transport } from '../../lib/adapters/own-fetch.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { RequestBudget } from '../../lib/domain/ports.ts';
import type { HarnessApi, HarnessReply } from '../../lib/executors/harness.ts';
import { apiKey } from '../executors/harness-fixtures.ts';
import { passTime } from '../usecases/budget/virtual-time.ts';
import { WorldClock } from '../workflow/world-clock.ts';

/** How Harness answers one request, and after how long. Without `after` it never answers. */
interface Answering {
  readonly after?: number;
  readonly status?: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Seen {
  readonly method: string;
  readonly sent: number;
  ended?: number;
  aborted?: number;
}

const good: Answering = { after: 100, text: '{"status":"SUCCESS"}' };
const never: Answering = {};
const isBad: Answering = { after: 100, status: 503, text: '{}' };

const bytesOf = async function* (text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
};

interface Asked {
  readonly kind: 'start' | 'read';
  readonly latest: number | undefined;
}

/** A budget with room, unless a test passes another; times count from the start. */
const budgetThat = (turn: (asked: Asked, nth: number) => ReturnType<RequestBudget['turn']>) => {
  const asked: Asked[] = [];
  const complaints: (number | undefined)[] = [];
  const budget: RequestBudget = {
    turn: (kind, latest) => turn({ kind, latest }, asked.push({ kind, latest })),
    throttled: async (retryAfter) => void complaints.push(retryAfter),
  };
  return { budget, asked, complaints };
};

const roomy = () => budgetThat(async () => ({ kind: 'go' }));

const worldOf = (
  script: readonly Answering[] | ((nth: number) => Answering),
  { budget }: { budget: RequestBudget },
) => {
  const clock = new WorldClock();
  const begin = clock.now();
  const seen: Seen[] = [];
  const answer = (nth: number): Answering => (typeof script === 'function' ? script(nth) : (script[nth - 1] ?? never));
  const transport: Transport = (_, { method = 'GET', signal }) =>
    new Promise((resolve, reject) => {
      const one: Seen = { method, sent: clock.now() - begin };
      const { after, status = 200, text = '', headers } = answer(seen.push(one));
      signal!.addEventListener('abort', () => {
        if (one.ended === undefined) one.aborted = clock.now() - begin;
        reject(new DOMException('aborted', 'AbortError'));
      });
      if (after === undefined) return;
      void clock.sleep(after).then(() => {
        if (one.aborted === undefined) one.ended = clock.now() - begin;
        resolve({ status, headers: new Headers(headers), body: bytesOf(text) });
      });
    });
  const names = { baseUrl: 'https://harness.example', account: 'acme', org: 'default', project: 'apps', apiKey };
  const api: HarnessApi = new HttpHarnessApi({ ...names, clock, random: { next: () => 0.5 }, transport, budget });
  const ask = async (call: (api: HarnessApi) => Promise<HarnessReply>) => {
    const reply = await passTime(clock, call(api));
    return { reply, took: clock.now() - begin };
  };
  return { ask, seen, clock, api };
};

const fire = (api: HarnessApi): Promise<HarnessReply> => api.fireTrigger({}, { pipeline: 'p', trigger: 't' }, {});
const execute = (api: HarnessApi): Promise<HarnessReply> => api.execute({}, 'p', { yaml: 'pipeline: {}', notes: 'k' });
const abort = (api: HarnessApi): Promise<HarnessReply> => api.abort({}, 'r1');
const list = (api: HarnessApi): Promise<HarnessReply> =>
  api.runs({}, { pipeline: 'p', page: 0, size: 10, from: 1, to: 2 });
const detail = (api: HarnessApi): Promise<HarnessReply> => api.run({}, 'r1');
const details = (api: HarnessApi): Promise<HarnessReply> => api.triggerDetails('e1', 'V2');
const notes = (api: HarnessApi): Promise<HarnessReply> => api.runNotes({}, 'r1');

const starts = [
  ['a webhook', fire],
  ['an execute', execute],
  ['an abort', abort],
] as const;
const reads = [
  ['a run', detail],
  ['an event', details],
  ['notes', notes],
  ['a list', list],
] as const;

describe('an answer that never comes', () => {
  it.each(starts)('to %s is waited for 30 s, and nothing is sent again', async (_, call) => {
    const { ask, seen } = worldOf([never], roomy());
    expect(await ask(call)).toEqual({
      reply: { kind: 'lost', message: 'Harness did not answer within 30 s' },
      took: 30_000,
    });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['a run', detail, 10_000],
    ['an event', details, 10_000],
    ['notes', notes, 10_000],
    ['a list', list, 20_000],
  ] as const)('to %s: each request has its time, and the whole ends within 25 s', async (_, call, limit) => {
    const { ask, seen } = worldOf([], roomy());
    const { reply, took } = await ask(call);
    expect(reply.kind).toBe('lost');
    expect(took).toBeLessThanOrEqual(25_000);
    expect(took).toBeGreaterThan(22_000);
    expect(seen.slice(0, 2)).toMatchObject([
      { sent: 0, aborted: limit },
      { sent: 4_000, aborted: Math.min(25_000, 4_000 + limit) },
    ]);
  });
});

describe('a slow read', () => {
  it.each(reads)('of %s is overtaken by a second request after 4 s', async (_, call) => {
    const { ask, seen } = worldOf([{ ...good, after: 33_000 }, good], roomy());
    expect(await ask(call)).toMatchObject({ reply: { kind: 'reply', status: 200 }, took: 4_100 });
    expect(seen).toMatchObject([
      { sent: 0, aborted: 4_100 },
      { sent: 4_000, ended: 4_100 },
    ]);
  });

  it.each([
    [
      'the first, when it answers first after all',
      [
        { ...good, after: 4_050 },
        { ...good, after: 5_000 },
      ],
      4_050,
    ],
    ['the other, when the first is a fault', [{ ...isBad, after: 4_050 }, good], 4_100],
    ['the other, when the first is a page of HTML', [{ after: 4_050, text: '<html>' }, good], 4_100],
    ['the first, when the other is a fault', [{ ...good, after: 4_500 }, isBad], 4_500],
    ['a refusal, which asking again does not change', [{ after: 4_050, status: 404, text: '{}' }, never], 4_050],
  ])('of two answers the first good one counts: %s', async (_, script, took) => {
    const { ask, seen } = worldOf(script, roomy());
    const answer = await ask(detail);
    expect(answer.took).toBe(took);
    expect(seen).toHaveLength(2);
  });

  it('is repeated when both answers are faults', async () => {
    const { ask, seen } = worldOf([{ ...isBad, after: 4_050 }, isBad, good], roomy());
    expect(await ask(detail)).toMatchObject({ reply: { kind: 'reply', status: 200 }, took: 4_100 + 375 + 100 });
    expect(seen).toHaveLength(3);
  });

  it('gets no second request when the budget has no room', async () => {
    const budget = budgetThat(async (_, nth) => (nth === 1 ? { kind: 'go' } : { kind: 'later', at: 0 }));
    const { ask, seen } = worldOf([{ ...good, after: 8_000 }], budget);
    expect(await ask(detail)).toMatchObject({ reply: { kind: 'reply', status: 200 }, took: 8_000 });
    expect(seen).toHaveLength(1);
    expect(budget.asked[1]).toEqual({ kind: 'read', latest: budget.asked[0]!.latest! - 25_000 + 4_000 });
  });

  it('holds up nobody: when three in ten reads take 33 s, almost all end within 5 s', async () => {
    let state = 7;
    const chance = (): number => {
      state = (state * 16_807) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const { clock, api } = worldOf(() => (chance() < 0.3 ? { ...good, after: 33_000 } : good), roomy());
    const begin = clock.now();
    const times: number[] = [];
    const all = Array.from({ length: 200 }, async () => {
      const reply = await detail(api);
      if (reply.kind === 'reply') times.push(clock.now() - begin);
    });
    await passTime(clock, Promise.all(all));
    expect(times.filter((at) => at <= 5_000).length).toBeGreaterThanOrEqual(170);
    expect(times.length).toBeGreaterThanOrEqual(195);
    expect(Math.max(...times)).toBeLessThanOrEqual(25_000);
  });
});

describe('the budget', () => {
  it.each(starts)('counts %s as a start', async (_, call) => {
    const budget = roomy();
    await worldOf([good], budget).ask(call);
    expect(budget.asked).toEqual([{ kind: 'start', latest: undefined }]);
  });

  it.each(reads)('counts %s as a read, with each retry', async (_, call) => {
    const budget = roomy();
    await worldOf([isBad, isBad, good], budget).ask(call);
    expect(budget.asked.map(({ kind }) => kind)).toEqual(['read', 'read', 'read']);
  });

  it.each<readonly [string, (api: HarnessApi) => Promise<HarnessReply>]>([
    ['a start', (api) => api.execute({}, 'p', { yaml: '', notes: '', latest: 5 })],
    ['an abort', (api) => api.abort({}, 'r', { latest: 5 })],
  ])('sends nothing when %s finds no room in time, and says when there will be room', async (_, call) => {
    const budget = budgetThat(async () => ({ kind: 'later', at: 77 }));
    const { ask, seen } = worldOf([good], budget);
    const { reply } = await ask(call);
    const message = 'too many requests to Harness were waiting before it';
    expect(reply).toEqual({ kind: 'not-sent', message, permanent: false, busyUntil: 77 });
    expect(budget.asked).toEqual([{ kind: 'start', latest: 5 }]);
    expect(seen).toEqual([]);
  });

  it('asks once when a read finds no room before its end', async () => {
    const budget = budgetThat(async () => ({ kind: 'later', at: 77 }));
    const { ask, seen } = worldOf([good], budget);
    expect(await ask(detail)).toMatchObject({ reply: { kind: 'not-sent', busyUntil: 77 }, took: 0 });
    expect(budget.asked).toHaveLength(1);
    expect(seen).toEqual([]);
  });

  it('starts nothing when the call comes too late', async () => {
    const { ask, seen, clock } = worldOf(
      [good],
      budgetThat(async () => ({ kind: 'go' })),
    );
    const { reply } = await ask((api) => api.execute({}, 'p', { yaml: '', notes: '', latest: clock.now() - 1 }));
    expect(reply).toMatchObject({ kind: 'not-sent', busyUntil: clock.now() });
    expect(seen).toEqual([]);
  });

  it('sends nothing when it cannot be read, and allows another try', async () => {
    const failing = budgetThat(async () => {
      throw new FlotillaError('TableBusy', 'the table is busy: throttled');
    });
    const { ask, seen } = worldOf([good], failing);
    const { reply } = await ask(fire);
    expect(reply).toEqual({
      kind: 'not-sent',
      message: expect.stringContaining('the table is busy: throttled'),
      permanent: false,
    });
    expect(seen).toEqual([]);
  });

  it.each([
    ['429', { after: 100, status: 429, text: '' }, undefined],
    ['429 with Retry-After', { after: 100, status: 429, text: '', headers: { 'retry-after': '7' } }, 7_000],
    ['a code of the service', { after: 100, status: 400, text: '{"code":"TOO_MANY_REQUESTS"}' }, undefined],
  ])('records a request that was too much: %s', async (_, answer, retryAfter) => {
    for (const [, call] of starts) {
      const budget = roomy();
      await worldOf([answer, good], budget).ask(call);
      expect(budget.complaints).toEqual([retryAfter]);
    }
    const budget = roomy();
    expect(await worldOf([answer, good], budget).ask(detail)).toMatchObject({ reply: { kind: 'reply', status: 200 } });
    expect(budget.complaints).toEqual([retryAfter]);
  });

  it.each([200, 400, 403, 404, 500, 503])('does not record a %i', async (status) => {
    const budget = roomy();
    await worldOf([{ after: 100, status, text: '{}' }], budget).ask(fire);
    expect(budget.complaints).toEqual([]);
  });
});
