import { describe, expect, it } from 'vitest';
import type { News, Watched } from '../../lib/domain/ports.ts';
import { executeSettings, watch, webhookSettings } from './harness-fixtures.ts';
import { HarnessWorld } from './harness-world.ts';

/** The requests of one look after the other, counted, in virtual time. */

const kindsOf = (news: ReadonlyMap<string, News>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { kind } of news.values()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

const begin = async (world: HarnessWorld, count: number, settings: object): Promise<readonly Watched[]> => {
  const begun: Watched[] = [];
  for (let nth = 0; nth < count; nth += 1)
    begun.push(await world.begin({ key: `batch-${nth}-1`, settings: { ...settings } }));
  return begun;
};

/** Looks this often, ten seconds apart, and gives the last news. */
const lookAt = async (world: HarnessWorld, watched: readonly Watched[], times: number) => {
  let news: ReadonlyMap<string, News> = new Map();
  for (let nth = 0; nth < times; nth += 1) {
    news = await world.look(watched);
    await world.pass(10_000);
  }
  return news;
};

describe('starts whose answers are lost', () => {
  it('10 of 30 that never existed cost a list at each look, and hardly a call for notes', async () => {
    const world = new HarnessWorld({ stageMilliseconds: 60_000 });
    const there = await begin(world, 20, executeSettings);
    world.harness.order({ fault: 'server-error', when: 'before', times: 10 });
    const lost: Watched[] = [];
    for (let nth = 20; nth < 30; nth += 1) {
      const request = world.request({ key: `batch-${nth}-1`, settings: executeSettings });
      expect((await world.start(request)).kind).toBe('unknown');
      lost.push(watch(request));
    }
    expect(kindsOf(await lookAt(world, [...there, ...lost], 10))).toEqual({ found: 20, none: 10 });
    // Nobody watches the ended ones any more: their runs are candidates now, but their owners are known.
    expect(kindsOf(await lookAt(world, lost, 20))).toEqual({ none: 10 });
    expect(world.asked('notes')).toBe(0);
    expect(world.asked('list')).toBeLessThanOrEqual(31);
  });

  it('do not read the events of runs that were followed before', async () => {
    const world = new HarnessWorld();
    const there = await begin(world, 5, webhookSettings);
    await world.pass(10_000);
    expect(kindsOf(await world.look(there))).toEqual({ found: 5 });
    const lost = watch(world.request({ key: 'x-1' }));
    await world.pass(10_000);
    expect(await world.newsOf(lost)).toEqual({ kind: 'none' });
    expect(world.asked('event-details')).toBe(0);
  });

  it('share the reading of strangers, a few at a look, and report none only after reading all', async () => {
    const world = new HarnessWorld({ stageMilliseconds: 600_000 });
    await begin(world, 12, executeSettings);
    const lost = ['x-1', 'y-1'].map((key) => watch(world.request({ key, settings: executeSettings })));
    const seen: string[] = [];
    for (let look = 0; look < 4; look += 1) {
      const news = await world.look(lost);
      seen.push(`${Object.keys(kindsOf(news))} ${world.asked('notes')}`);
      await world.pass(10_000);
    }
    expect(seen).toEqual(['unread 5', 'unread 10', 'none 12', 'none 12']);
    expect(world.asked('list')).toBe(4);
  });

  it.each([
    ['notes', { notes: 'hidden' }, executeSettings, 'notes'],
    ['payloads', { payload: 'hidden' }, webhookSettings, 'event-details'],
  ] as const)('where no %s are shown, that is found out once in ten minutes', async (_, options, settings, route) => {
    const world = new HarnessWorld({ ...options, stageMilliseconds: 600_000 });
    await begin(world, 30, settings);
    await world.pass(10_000);
    const lost = [watch(world.request({ key: 'x-1', settings: { ...settings } }))];
    expect(kindsOf(await lookAt(world, lost, 10))).toEqual({ none: 1 });
    expect(world.asked(route)).toBeLessThanOrEqual(5);
  });
});

describe('events that lead to no run', () => {
  it.each(['V2', 'v1'] as const)('are read less and less often, by %s', async (details) => {
    const world = new HarnessWorld({ details });
    world.harness.order({ fault: 'lose-event' });
    const watched = await begin(world, 3, webhookSettings);
    expect(kindsOf(await lookAt(world, watched, 28))).toEqual({ none: 3 });
    // At 0, 10, 30, 70, 130, 190 and 250 s. Only the first look asks for what the older service does not have.
    expect(world.asked('event-details')).toBe(3 * 7 + (details === 'v1' ? 3 : 0));
  });

  it('are read a few at a look where there are many, and all failures are reported', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'fail-event' });
    const watched = await begin(world, 40, webhookSettings);
    await world.pass(10_000);
    const failed = new Set<string>();
    for (let look = 0; look < 8; look += 1) {
      const before = world.asked('event-details');
      const open = watched.filter(({ request }) => !failed.has(request.key));
      for (const [key, { kind }] of await world.look(open)) if (kind === 'failed') failed.add(key);
      expect(world.asked('event-details') - before).toBeLessThanOrEqual(5);
      await world.pass(10_000);
    }
    expect(failed.size).toBe(40);
  });
});

describe('many events that fail long after the request', () => {
  /** Follows until each has failed or is given up. None is given up while its last status is still to be read. */
  const endsOf = async (world: HarnessWorld, watched: readonly Watched[]) => {
    const open = new Map(watched.map((one) => [one.request.key, one]));
    const ends: Record<string, number> = {};
    for (let look = 0; look < 120 && open.size > 0; look += 1) {
      const now = world.clock.now();
      for (const [key, { kind }] of await world.look([...open.values()])) {
        const isLate = now > open.get(key)!.sent_at + world.executor.lateStartMilliseconds;
        const end = kind === 'none' && isLate ? 'given up' : kind;
        if (end !== 'failed' && end !== 'given up') continue;
        ends[end] = (ends[end] ?? 0) + 1;
        open.delete(key);
      }
      await world.pass(Math.max(0, now + 10_000 - world.clock.now()));
    }
    return { ...ends, open: open.size };
  };

  it.each([50, 200])('are all reported: %i', async (count) => {
    const world = new HarnessWorld({ eventMilliseconds: 120_000 });
    world.harness.order({ fault: 'fail-event' });
    expect(await endsOf(world, await begin(world, count, webhookSettings))).toEqual({ failed: count, open: 0 });
    expect(world.readsInAMinute()).toBeLessThanOrEqual(60);
  });

  it('are all reported where the account had no room at the last read', async () => {
    const world = new HarnessWorld({ eventMilliseconds: 290_000 });
    world.harness.order({ fault: 'fail-event' });
    const watched = await begin(world, 4, webhookSettings);
    await world.look(watched);
    await world.pass(301_000);
    // Each read is tried four times.
    world.harness.order({ fault: 'too-many-requests', on: ['event-details'], times: 16 });
    expect(await endsOf(world, watched)).toEqual({ failed: 4, open: 0 });
  });

  it('are given up only after a last read', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'lose-event' });
    expect(await endsOf(world, await begin(world, 20, webhookSettings))).toEqual({ 'given up': 20, open: 0 });
  });
});

describe('an event whose details cannot be read', () => {
  it('is searched for by its key when it is late, even among ended runs', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'server-error', on: ['event-details'] });
    const watched = await world.begin();
    await world.pass(60_000);
    expect(await world.newsOf(watched)).toMatchObject({
      kind: 'unread',
      trouble: { asked: `the details of event ${watched.correlation}`, answered: expect.stringContaining('500') },
    });
    await world.pass(300_000);
    expect(await world.newsOf(watched)).toMatchObject({ kind: 'found', state: { outcome: 'succeeded' } });
  });

  it('is no event without a run, neither while nobody reads them nor when it is late', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'lose-event' });
    world.harness.order({ fault: 'server-error', on: ['event-details'] });
    const watched = await world.begin();
    const kinds = new Set<string | undefined>();
    for (let look = 0; look < 33; look += 1) {
      kinds.add((await world.newsOf(watched))?.kind);
      await world.pass(10_000);
    }
    expect([...kinds]).toEqual(['unread']);
  });
});

describe('runs that Harness has forgotten', () => {
  it('are read by their own pages, five at a look, in turn', async () => {
    const world = new HarnessWorld({ stageMilliseconds: 600_000 });
    world.harness.order({ fault: 'forget-run', milliseconds: 0 });
    const watched = await begin(world, 12, executeSettings);
    await world.pass(70_000);
    const counts: Readonly<Record<string, number>>[] = [];
    for (let look = 0; look < 3; look += 1) {
      counts.push(kindsOf(await world.look(watched)));
      await world.pass(10_000);
    }
    expect(counts).toEqual([{ none: 5, unread: 7 }, { none: 10, unread: 2 }, { none: 12 }]);
    expect(world.asked('detail')).toBe(15);
  });
});

describe('a look with much to find out', () => {
  it('makes ten requests besides its lists, and the next ones go on', async () => {
    const world = new HarnessWorld({ stageMilliseconds: 600_000 });
    await begin(world, 12, executeSettings);
    world.harness.order({ fault: 'forget-run', milliseconds: 0, times: 6 });
    world.harness.order({ fault: 'lose-event', times: 6 });
    const watched: Watched[] = [watch(world.request({ key: 'lost-1', settings: executeSettings }))];
    for (let nth = 0; nth < 6; nth += 1) {
      watched.push(await world.begin({ key: `run-${nth}-1`, settings: executeSettings }));
      watched.push(await world.begin({ key: `event-${nth}-1` }));
    }
    const asked = (): number => world.asked('detail') + world.asked('event-details') + world.asked('notes');
    for (let look = 0; look < 6; look += 1) {
      const before = asked();
      await world.look(watched);
      expect(asked() - before).toBeLessThanOrEqual(10);
      await world.pass(10_000);
    }
    expect(world.asked('notes')).toBe(12);
    expect(world.asked('event-details')).toBeGreaterThanOrEqual(10);
  });
});

describe('runs that no list shows yet', () => {
  it('are known by their ids until it is their turn', async () => {
    const world = new HarnessWorld({ lagMilliseconds: 60_000 });
    const watched = await begin(world, 7, executeSettings);
    const news = await world.look(watched);
    expect(kindsOf(news)).toEqual({ none: 5, found: 2 });
    expect(news.get('batch-6-1')).not.toHaveProperty('state');
  });
});

describe('lists that never answer', () => {
  it('leave time to read a few runs and events separately', async () => {
    const world = new HarnessWorld({ stageMilliseconds: 30_000 });
    world.harness.order({ fault: 'slow-answer', on: ['list'], milliseconds: 600_000 });
    const runs = await begin(world, 2, executeSettings);
    const event = await world.begin({ key: 'event-1' });
    await world.pass(10_000);
    const news = await world.look([...runs, event]);
    expect(kindsOf(news)).toEqual({ found: 3 });
    expect(news.get('event-1')).toMatchObject({ state: { phase: 'running' } });
  });
});

describe('answers that come late', () => {
  it('go to the next look, and are not requested again', async () => {
    const world = new HarnessWorld();
    const watched = await world.begin({ settings: executeSettings });
    await world.pass(40_000);
    world.harness.order({ fault: 'slow-answer', on: ['detail'], milliseconds: 9_000, times: 2 });
    expect(await world.newsOf(watched)).toMatchObject({ kind: 'unread', trouble: { asked: `the run ${watched.ref}` } });
    await world.pass(200);
    expect(await world.newsOf(watched)).toMatchObject({ kind: 'found', state: { outcome: 'succeeded' } });
    // Once by the look, and a second time by the client, which overtakes slow requests.
    expect(world.asked('detail')).toBe(2);
  });

  it('of a list show what has ended, even if the next look has no list', async () => {
    const world = new HarnessWorld();
    const watched = await begin(world, 5, executeSettings);
    await world.pass(40_000);
    world.harness.order({ fault: 'slow-answer', on: ['list'], milliseconds: 10_000 });
    world.harness.order({ fault: 'server-error', on: ['detail'] });
    expect(kindsOf(await world.look(watched))).toEqual({ unread: 5 });
    await world.pass(30_000);
    expect(kindsOf(await world.look(watched))).toEqual({ unread: 5 });
    await world.pass(30_000);
    // The list of all. The second look asked for it because the first was slow.
    expect(kindsOf(await world.look(watched))).toEqual({ found: 5 });
  });

  it('about an event do not hold up a search', async () => {
    const world = new HarnessWorld({ stageMilliseconds: 600_000 });
    await begin(world, 3, executeSettings);
    world.harness.order({ fault: 'lose-event' });
    world.harness.order({ fault: 'slow-answer', on: ['event-details'], milliseconds: 600_000 });
    const event = await world.begin({ key: 'event-1' });
    const lost = watch(world.request({ key: 'lost-1', settings: executeSettings }));
    const news = await world.look([event, lost]);
    expect([news.get('event-1')?.kind, news.get('lost-1')?.kind]).toEqual(['unread', 'none']);
  });

  it('do not hold up known ends', async () => {
    const world = new HarnessWorld();
    const ended = await begin(world, 2, executeSettings);
    await world.pass(40_000);
    world.harness.order({ fault: 'lose-event' });
    const sought = await world.begin({ key: 'sought-1' });
    const before = await world.look([...ended]);
    expect(kindsOf(before)).toEqual({ found: 2 });
    await world.pass(10_000);
    world.harness.order({ fault: 'slow-answer', on: ['event-details'], milliseconds: 33_000 });
    const asked = world.clock.now();
    const news = await world.look([...ended, sought]);
    expect(news.get('batch-0-1')).toMatchObject({ state: { phase: 'terminal' } });
    expect(world.clock.now() - asked).toBeLessThanOrEqual(1_000);
  });
});

describe('a project that does not answer', () => {
  it('holds up no other, and its requests do not pile up', async () => {
    const world = new HarnessWorld({ stageMilliseconds: 600_000 });
    const other = { ...executeSettings, project: 'other' };
    const watched = [
      await world.begin({ key: 'a-1', settings: executeSettings }),
      await world.begin({ key: 'b-1', settings: other }),
    ];
    watched.push(await world.begin({ key: 'c-1', settings: { ...webhookSettings, project: 'other' } }));
    world.silence('other');
    const before = world.clock.now();
    const news = await world.look(watched);
    expect(world.clock.now() - before).toBeLessThanOrEqual(8_000);
    expect(news.get('a-1')).toMatchObject({ kind: 'found', state: { phase: 'running' } });
    const answered = 'no answer yet; still waiting';
    expect(news.get('b-1')).toMatchObject({ kind: 'unread', trouble: { answered } });
    // Events have requests of their own.
    expect(news.get('c-1')).toMatchObject({ kind: 'found' });
    for (let look = 0; look < 6; look += 1) {
      await world.pass(2_000);
      await world.look(watched);
    }
    // Three lists of a kind at most and the page of a run. The client sends each of them twice.
    expect(world.mostUnanswered).toBeLessThanOrEqual(10);
  });
});

describe('many projects', () => {
  it('take turns, so that they cost 60 lists a minute at most, and each gets its look', async () => {
    const world = new HarnessWorld({ stageMilliseconds: 3_600_000 });
    const watched: Watched[] = [];
    for (let nth = 0; nth < 30; nth += 1)
      watched.push(await world.begin({ key: `k-${nth}`, settings: { ...executeSettings, project: `p${nth}` } }));
    const seen = new Set<string>();
    for (let look = 0; look < 18; look += 1) {
      for (const [key, { kind }] of await world.look(watched)) if (kind === 'found') seen.add(key);
      if (look === 0) expect(world.reads.length).toBeLessThanOrEqual(20);
      await world.pass(10_000);
    }
    expect(seen.size).toBe(30);
    expect(world.readsInAMinute(world.reads[0]! + 60_000)).toBeLessThanOrEqual(60);
  });
});
