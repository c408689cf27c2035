import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { KeySigner, newSigningKey } from '../../../lib/adapters/key-signer.ts';
import {
  type Anchor,
  anchorHash,
  anchorText,
  fingerprintOf,
  parseAnchor,
  statementText,
} from '../../../lib/domain/record/anchor.ts';
import { type ChainedEvent, chainEvent } from '../../../lib/domain/record/chain.ts';
import { checkAnchors, endOf } from '../../../lib/domain/record/check-anchors.ts';
import { checkBatch, type RecordedBatch } from '../../../lib/domain/record/check-batch.ts';
import type { EventRow } from '../../../lib/domain/record/rows.ts';

const hour = 3_600_000;
const signer = new KeySigner(newSigningKey());
const other = new KeySigner(newSigningKey());

const eventOf = (batch_id: string, seq: number, message = `change ${seq}`): EventRow => ({
  ...{ batch_id, type: 'batch', seq, at: seq * 1000, actor: 'test' },
  ...{ from: null, to: 'PROCESSING', reason: 'Running', message },
});

const feedOf = (batchId: string, length: number, message?: string): readonly ChainedEvent[] => {
  const feed: ChainedEvent[] = [];
  for (let number = 1; number <= length; number++)
    feed.push(chainEvent(eventOf(batchId, number, message), { number, previous: feed.at(-1)?.hash }));
  return feed;
};

const sign = async (statement: Omit<Anchor, 'signature'>, by = signer): Promise<Anchor> => ({
  ...statement,
  signature: await by.sign(statementText(statement)),
});

/** As the publisher writes them, one for the end of each feed. */
const anchorsOf = async (feeds: readonly (readonly ChainedEvent[])[], by = signer): Promise<readonly Anchor[]> => {
  const anchors: Anchor[] = [];
  for (const feed of feeds) {
    const { batch_id, number, hash } = feed.at(-1)!;
    const before = anchors.at(-1);
    const previous = before === undefined ? {} : { previous: anchorHash(anchorText(before)) };
    const place = { version: 1, sequence: anchors.length + 1, at: hour, ...previous } as const;
    anchors.push(await sign({ ...place, batch_id, number, hash, public_key: await by.publicKey() }, by));
  }
  return anchors;
};

const feeds = [feedOf('A', 3), feedOf('B', 5), feedOf('C', 2)];
const [a, b] = feeds as [readonly ChainedEvent[], readonly ChainedEvent[]];
let anchors: readonly Anchor[];
let fingerprint: string;

beforeAll(async () => {
  anchors = await anchorsOf(feeds);
  fingerprint = fingerprintOf(await signer.publicKey());
});

const moment = { now: 2 * hour, begun: hour };

const checkB = (change: Partial<RecordedBatch> = {}, at = moment) => {
  const { findings, proof } = checkBatch(
    { batch_id: 'B', exists: true, ended_at: 5_000, events: b, anchors: [anchors[1]!], ...change },
    at,
  );
  return [proof, ...findings.map(({ reason, number, anchor }) => [reason, number, anchor])];
};

/** The feed from there with fresh hashes, as somebody writes it who knows how hashes are made. */
const rewritten = (feed: readonly ChainedEvent[], from: number): readonly ChainedEvent[] => {
  const made: ChainedEvent[] = [];
  for (const { hash: _, previous: __, number, ...event } of feed) {
    const message = number === from ? 'All was well.' : event.message;
    made.push(chainEvent({ ...event, message }, { number, previous: made.at(-1)?.hash }));
  }
  return made;
};

describe('a batch', () => {
  it('is proved when its feed is complete and its end is anchored', () => {
    expect(checkB()).toEqual(['proved']);
  });

  it.each<[string, () => Partial<RecordedBatch>, readonly unknown[]]>([
    ['a changed event', () => ({ events: b.with(2, { ...b[2]!, message: 'x' }) }), ['EventChanged', 3, undefined]],
    ['a changed last event', () => ({ events: b.with(4, { ...b[4]!, message: 'x' }) }), ['EventChanged', 5, undefined]],
    ['one event with a fresh hash', () => ({ events: b.with(2, rewritten(b, 3)[2]!) }), ['EventChanged', 3, undefined]],
    ['a missing event', () => ({ events: b.toSpliced(1, 1) }), ['EventMissing', 2, undefined]],
    ['a feed rewritten from there', () => ({ events: rewritten(b, 3) }), ['FeedRewritten', 5, 2]],
    ['a rewritten last event', () => ({ events: rewritten(b, 5) }), ['FeedRewritten', 5, 2]],
    ['a truncated end', () => ({ events: b.slice(0, 4) }), ['EndCutOff', 5, 2]],
    ['a missing feed', () => ({ events: [] }), ['EndCutOff', 5, 2]],
    ['a missing batch', () => ({ exists: false, ended_at: undefined, events: [] }), ['BatchMissing', undefined, 2]],
    ['events after the end', () => ({ events: feedOf('B', 7) }), ['NotAnchored', 7, undefined]],
    ['an end without an anchor', () => ({ ended_at: hour + 1, anchors: [] }), ['NotAnchored', 5, undefined]],
  ])('with %s is reported', (_, change, finding) => {
    expect(checkB(change())).toEqual(['broken', finding]);
  });

  it('that has expired is fine, unless its end was reported too late for that', () => {
    const gone = { exists: true, expired: true, ended_at: undefined, events: [] } as const;
    const days = (count: number) => ({ ...moment, now: hour + count * 24 * hour + 1 });
    expect(checkB(gone, days(30))).toEqual(['expired']);
    expect(checkB({ ...gone, anchors: [] }, days(1))).toEqual(['expired']);
    expect(checkB(gone, days(29))).toEqual(['broken', ['BatchMissing', undefined, 2]]);
  });

  it('may be open, just ended, or older than the anchors: that is fine', () => {
    expect(checkB({ ended_at: undefined, anchors: [] })).toEqual(['open']);
    expect(checkB({ anchors: [] }, { ...moment, now: 65_000 })).toEqual(['pending']);
    expect(checkB({ events: feedOf('B', 7) }, { ...moment, now: 65_000 })).toEqual(['pending']);
    expect(checkB({ ended_at: hour - 1, anchors: [] })).toEqual(['unanchored']);
    expect(
      checkBatch(
        { batch_id: 'B', exists: true, ended_at: 5_000, events: b, anchors: [] },
        {
          now: 2 * hour,
          begun: undefined,
        },
      ).proof,
    ).toBe('unanchored');
  });

  it('withheld in part from the caller proves no more than that', () => {
    const events = b.with(2, { ...b[2]!, message: 'without logs', withheld: 'logs' } as ChainedEvent);
    expect(checkB({ events })).toEqual(['withheld']);
    // The chain of a batch that is running, or that ended before there were anchors, is not proved either.
    expect(checkB({ events, anchors: [], ended_at: undefined })).toEqual(['withheld']);
    expect(checkB({ events, anchors: [] }, { now: 2 * hour, begun: 3 * hour })).toEqual(['withheld']);
    expect(checkB({ events, anchors: [], ended_at: hour })).toEqual(['broken', ['NotAnchored', 5, undefined]]);
    expect(checkB({ events: events.with(3, { ...b[3]!, message: 'x' }) })).toEqual([
      'broken',
      ['EventChanged', 4, undefined],
    ]);
  });

  it('is not proved after any change anywhere in its feed', () => {
    const change = fc.record({
      at: fc.nat({ max: b.length - 1 }),
      field: fc.constantFrom('message', 'actor', 'reason', 'at', 'seq', 'to', 'hash', 'previous'),
      afresh: fc.boolean(),
    });
    fc.assert(
      fc.property(change, ({ at, field, afresh }) => {
        const changed = b.with(at, { ...b[at]!, [field]: field === 'at' || field === 'seq' ? 77 : 'other' });
        const events = afresh ? rewritten(changed, -1) : changed;
        // With fresh hashes, the fields of the chain itself stay the same.
        fc.pre(!(afresh && (field === 'hash' || field === 'previous')));
        expect(checkB({ events })[0]).toBe('broken');
      }),
    );
  });
});

describe('the anchors', () => {
  const found = (some: readonly Anchor[], known = {}) =>
    checkAnchors(some, known).map(({ reason, anchor }) => [reason, anchor]);

  it('are valid as written, and with a known key', () => {
    expect(found(anchors)).toEqual([]);
    expect(found(anchors, { keys: [fingerprint], end: endOf(anchors) })).toEqual([]);
    expect(found(anchors, { end: endOf(anchors.slice(0, 2)) })).toEqual([]);
    expect(anchors.map((anchor) => parseAnchor(anchorText(anchor)))).toEqual(anchors);
  });

  it('report a missing anchor, even the first, and the last to anyone who knows the end', () => {
    expect(found(anchors.toSpliced(1, 1))).toEqual([['AnchorMissing', 2]]);
    expect(found(anchors.slice(1))).toEqual([['AnchorMissing', 1]]);
    expect(found(anchors.slice(0, 2))).toEqual([]);
    expect(found(anchors.slice(0, 2), { end: endOf(anchors) })).toEqual([['AnchorMissing', 3]]);
  });

  it('report one that was changed, or signed by somebody else', async () => {
    const changed = { ...anchors[1]!, number: 4 };
    expect(found(anchors.with(1, changed))).toEqual([
      ['AnchorForged', 2],
      ['AnchorChanged', 2],
    ]);
    const { signature: _, ...statement } = changed;
    const forged = await sign({ ...statement, public_key: await other.publicKey() }, other);
    expect(found(anchors.with(1, forged))).toEqual([
      ['KeyUnknown', 2],
      ['AnchorChanged', 2],
    ]);
  });

  it('rewritten with another key are found by anyone who knows the key or the end', async () => {
    const anew = await anchorsOf([a, feedOf('B', 4)], other);
    expect(found(anew)).toEqual([]);
    expect(found(anew, { keys: [fingerprint] })).toEqual([
      ['KeyUnknown', 1],
      ['KeyUnknown', 2],
    ]);
    expect(found(anew, { end: endOf(anchors.slice(0, 2)) })).toEqual([['AnchorChanged', 2]]);
  });

  it('are accepted from any known key', async () => {
    const keys = [fingerprint, fingerprintOf(await other.publicKey())];
    const { signature: _, ...statement } = anchors[2]!;
    const next = await sign({ ...statement, public_key: await other.publicKey() }, other);
    expect(found(anchors.with(2, next))).toEqual([['KeyUnknown', 3]]);
    expect(found(anchors.with(2, next), { keys })).toEqual([]);
  });

  it.each(['', '{}', 'null', '[]', '{"version":1}'])('%j is not a known end', (text) => {
    expect(parseAnchor(text)).toBeUndefined();
    expect(anchorHash(text)).toMatch(/^[0-9a-f]{64}$/);
  });
});
