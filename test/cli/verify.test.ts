import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { create as createApi } from '../../functions/api.ts';
import type { Verified } from '../../lib/cli/commands/verify.ts';
import type { Item, Write } from '../../lib/domain/ports.ts';
import { localActor } from '../../lib/domain/record/actor.ts';
import { anchorName } from '../../lib/domain/record/anchor-name.ts';
import { type ChainedEvent, chainEvent } from '../../lib/domain/record/chain.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { type HttpServer, startHttpServer } from '../../lib/local/http-server.ts';
import { World } from '../workflow/world.ts';
import { run } from './cli-world.ts';

let world: World;
let server: HttpServer;
let first: string;
let second: string;

beforeAll(async () => {
  world = await World.open();
  const batches: string[] = [];
  for (const name of ['a', 'b']) {
    const id = await world.submit([{ name }]);
    await world.settled(id);
    batches.push(id);
  }
  [first, second] = batches as [string, string];
  server = await startHttpServer({ port: 0, api: createApi(world.deps) });
});

afterAll(async () => {
  await server.close();
  world.close();
});

const verify = async (...argv: readonly string[]) => run(['verify', ...argv, '--url', server.url]);

const verified = async (...argv: readonly string[]): Promise<Verified & { readonly status: number }> => {
  const { status, out } = await verify(...argv, '--json');
  return { ...(JSON.parse(out.join('')) as Verified), status };
};

/** Restores everything after a change that somebody with write access to the table or the anchors could make. */
const tampered = async (writes: readonly Write[], look: () => Promise<void>): Promise<void> => {
  const before = await Promise.all(
    writes.map(async (write) => {
      const { pk, sk } = 'put' in write ? write.put : 'delete' in write ? write.delete : fail();
      return { key: { pk, sk }, item: await world.table.get({ pk, sk }) };
    }),
  );
  await world.table.transact(writes);
  try {
    await look();
  } finally {
    await world.table.transact(before.map(({ key, item }) => (item === undefined ? { delete: key } : { put: item })));
  }
};

const fail = (): never => {
  throw new Error('only puts and deletes can be taken back');
};

const feedOf = async (batchId: string): Promise<readonly ChainedEvent[]> => {
  const { items } = await world.table.query({ pk: keys.feed(batchId, 1).pk, from: '0', to: '9', limit: 1000 });
  return items.map(({ pk: _, sk: __, ...event }: Item) => event as unknown as ChainedEvent);
};

const put = (event: ChainedEvent): Write => ({ put: itemOf(keys.feed(event.batch_id, event.number), event) });

describe('verify', () => {
  test('proves every batch, and says what to keep', async () => {
    const told = await verified();
    expect(told.status).toBe(0);
    expect(told.findings).toEqual([]);
    expect(told.batches.map(({ batch_id, proof }) => [batch_id, proof])).toEqual([
      [first, 'proved'],
      [second, 'proved'],
    ]);
    const { count, end, keys: signers } = told.anchors;
    expect([count, end?.sequence, signers.length]).toEqual([2, 2, 1]);
    const known = ['--key', signers[0]!, '--end', `${end!.sequence}:${end!.hash}`];
    expect(await verify(...known)).toMatchObject({
      status: 0,
      out: [
        'Proved, by the chain and an anchor: 2 of 2.',
        `Anchors: 2, the last is 2:${end!.hash}`,
        `Signed by the key ${signers[0]}`,
      ],
    });
    expect(await verified(first)).toMatchObject({ status: 0, batches: [{ batch_id: first }] });
  });

  test('reports a changed event', async () => {
    const feed = await feedOf(first);
    await tampered([put({ ...feed[2]!, message: 'All is well.' })], async () => {
      const { status, findings } = await verified();
      expect([status, findings.map(({ reason, batch_id, number }) => [reason, batch_id, number])]).toEqual([
        1,
        [['EventChanged', first, 3]],
      ]);
    });
  });

  test('fails for users who may not read logs when somebody added a log to an event', async () => {
    const reader = { ...localActor, scopes: ['read'] } as const;
    const forReaders = await startHttpServer({ port: 0, api: createApi(world.deps, { identify: () => reader }) });
    onTestFinished(() => forReaders.close());
    const asReader = () => run(['verify', '--url', forReaders.url]);
    expect((await asReader()).status).toBe(0);
    const lines = { kind: 'pod', name: 'a', reason: 'b', message: 'c', log: ['x'] };
    const changed = { ...(await feedOf(first))[2]!, message: 'All is well.', detail: { evidence: [lines] } };
    await tampered([put(changed)], async () => {
      const { status, out } = await asReader();
      expect([status, out[1]]).toEqual([1, expect.stringMatching(/^Not looked at as a whole, .*: 1 of 2\.$/)]);
    });
  });

  test('reports a rewritten feed with fresh hashes', async () => {
    const anew: ChainedEvent[] = [];
    for (const { hash: _, previous: __, number, ...event } of await feedOf(second))
      anew.push(chainEvent({ ...event, message: 'All is well.' }, { number, previous: anew.at(-1)?.hash }));
    await tampered(anew.map(put), async () => {
      const { status, out } = await verify();
      const { number } = anew.at(-1)!;
      expect([status, out[0]]).toEqual([
        1,
        `FeedRewritten ${second}: Event ${number} has a different hash than in anchor 2: the feed was rewritten.`,
      ]);
    });
  });

  test('reports a truncated end', async () => {
    const { number } = (await feedOf(first)).at(-1)!;
    await tampered([{ delete: keys.feed(first, number) }], async () => {
      const { status, findings } = await verified(first);
      expect([status, findings]).toMatchObject([1, [{ reason: 'EndCutOff', anchor: 1, number }]]);
    });
  });

  test('reports a missing batch, even when no list has it any more', async () => {
    const header = (await world.table.get(keys.header(second)))!;
    const gone = [keys.header(second), keys.listed(second), keys.submitted(String(header.submitted_by), second)];
    await tampered(
      gone.map((key) => ({ delete: key })),
      async () => {
        expect(await verified()).toMatchObject({ status: 1, findings: [{ reason: 'BatchMissing', batch_id: second }] });
      },
    );
  });

  describe('with altered anchors', () => {
    beforeEach(() => {
      const texts = new Map(world.anchors.texts);
      return () => {
        world.anchors.texts.clear();
        for (const [sequence, text] of texts) world.anchors.texts.set(sequence, text);
      };
    });

    test('reports a missing anchor', async () => {
      world.anchors.texts.delete(1);
      expect(await verified()).toMatchObject({ status: 1, findings: [{ reason: 'AnchorMissing', anchor: 1 }] });
    });

    test('reports a removed last anchor: its batch has none, and a kept copy of the end proves it', async () => {
      const { end } = (await verified()).anchors;
      world.anchors.texts.delete(2);
      const reasons = async (...argv: readonly string[]) =>
        (await verified(...argv)).findings.map(({ reason, batch_id, anchor }) => [reason, batch_id ?? anchor]);
      expect(await reasons()).toEqual([['NotAnchored', second]]);
      const known = `${end!.sequence}:${end!.hash}`;
      expect(await reasons('--end', known)).toEqual([
        ['AnchorMissing', 2],
        ['NotAnchored', second],
      ]);
    });

    test('reads them from a copy that the server cannot change', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'flotilla-anchors-'));
      for (const [sequence, text] of world.anchors.texts) writeFileSync(join(folder, anchorName(sequence)), text);
      world.anchors.texts.clear();
      expect(await verified('--anchors', folder)).toMatchObject({ status: 0, anchors: { count: 2 } });
      rmSync(folder, { recursive: true });
      expect(await verify('--anchors', folder)).toMatchObject({ status: 2 });
    });

    test('says of a record without anchors that only its chains prove it', async () => {
      world.anchors.texts.clear();
      await tampered([{ delete: keys.anchorsHead }], async () => {
        const { status, out } = await verify();
        // Virtual time starts in the past: the batches ended before there were anchors.
        expect([status, out.at(-1)]).toEqual([
          0,
          'There are no anchors, so a writer of the record could have rewritten it.',
        ]);
      });
    });
  });

  test('a missing batch: 4', async () => {
    expect(await verify('01M7Z82VGHV3GT6X1EMB454VBS')).toMatchObject({ status: 4 });
  });

  test.each([
    ['--key', 'x'],
    ['--end', '1'],
    ['--end', '0:x'],
  ])('rejects %s %s', async (...argv) => {
    expect(await verify(...argv)).toMatchObject({ status: 2 });
  });
});

describe('verify-history', () => {
  const history = async (batchId: string) => {
    const { status, out } = await run(['verify-history', batchId, '--json', '--url', server.url]);
    const told = JSON.parse(out.join('')) as Verified & { readonly history: object };
    return {
      status,
      history: told.history,
      findings: told.findings.map(({ reason, message }) => `${reason}: ${message}`),
    };
  };

  test('proves one batch, and that its feed leads to the reported state', async () => {
    const events = (await feedOf(first)).length;
    expect(await history(first)).toEqual({ status: 0, history: { events, ended: true }, findings: [] });
    const { status, out } = await run(['verify-history', first, '--url', server.url]);
    expect([status, out.at(0), out.at(-1)]).toEqual([
      0,
      'Proved, by the chain and an anchor: 1 of 1.',
      `Replayed: ${events} events lead, step by step, to the current state of the batch and each deployment.`,
    ]);
  });

  test('reports a state that differs from the feed', async () => {
    const header = (await world.table.get(keys.header(first)))!;
    const item = (await world.table.get(keys.item(first, 0)))!;
    const changed = [
      { put: { ...header, reason: 'AllIsWell', totals: { FAILED: 1 } } },
      { put: { ...item, status: 'FAILED', reason: 'PipelineFailed' } },
    ] as Write[];
    await tampered(changed, async () => {
      expect(await history(first)).toMatchObject({
        status: 1,
        findings: [
          'StateDiffers: The batch is reported as SUCCESS / AllIsWell, but its feed leads to SUCCESS / AllSucceeded.',
          'StateDiffers: 0 are reported as SUCCESS, but the feed leads to 1.',
          'StateDiffers: 1 are reported as FAILED, but the feed leads to 0.',
          'StateDiffers: shared/a is reported as FAILED / PipelineFailed, but the feed leads to SUCCESS / Verified.',
        ],
      });
    });
  });

  test('reports an event that does not start where the previous one ended, even in a feed with fresh hashes', async () => {
    const anew: ChainedEvent[] = [];
    for (const { hash: _, previous: __, number, ...event } of await feedOf(second)) {
      const told = number === 4 ? { ...event, from_reason: 'Elsewhere' } : event;
      anew.push(chainEvent(told, { number, previous: anew.at(-1)?.hash }));
    }
    await tampered(anew.map(put), async () => {
      const { status, findings } = await history(second);
      expect([status, findings]).toEqual([
        1,
        [
          expect.stringMatching(/^FeedRewritten: /),
          'HistoryBroken: Event 4 of shared/b does not start where the previous one ended.',
        ],
      ]);
    });
  });
});

describe('status --at', () => {
  test('shows a batch as it was then, as the API does', async () => {
    const { batch_id } = await world.header(first);
    const told = await (await fetch(`${server.url}/batches/${batch_id}/history?at=3`)).json();
    const { out } = await run(['status', first, '--at', '3', '--json', '--url', server.url]);
    expect(JSON.parse(out.join(''))).toEqual(told);
    expect(told).toMatchObject({ at: 3, status: 'PROCESSING', reason: 'Running', counts: { PROCESSING: 1 } });
    const shown = await run(['status', first, '--at', '1', '--utc', '--url', server.url]);
    expect(shown.out).toEqual([
      `Batch ${first}: Unnamed batch`,
      expect.stringMatching(/^State at event 1, .*Z:$/),
      'PENDING / Submitted: Accepted with 1 deployment.',
      'Nothing had happened to 1 of 1 yet.',
    ]);
  });

  test('refuses options that do not go with it, and a missing event', async () => {
    const at = async (...argv: readonly string[]) =>
      (await run(['status', first, '--url', server.url, ...argv])).status;
    expect([await at('--at', '1', '--follow'), await at('--at', '1', '--text', 'a'), await at('--at', '999')]).toEqual([
      2, 2, 4,
    ]);
    const asked = await fetch(`${server.url}/batches/${first}/history?at=999`);
    expect([asked.status, ((await asked.json()) as { detail: string }).detail]).toEqual([
      400,
      expect.stringMatching(/^query\.at: there is no such event yet: the feed has \d+$/),
    ]);
  });
});
