import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { create as createApi } from '../../functions/api.ts';
import { measureEvent } from '../../lib/domain/measurement/measure-event.ts';
import type { BusEvent } from '../../lib/domain/ports.ts';
import { eventVersion } from '../../lib/domain/record/bus-event.ts';
import { brokenLink, type ChainedEvent } from '../../lib/domain/record/chain.ts';
import { eventCatalogue, eventJsonSchema } from '../../lib/domain/record/event-catalogue.ts';
import type { EventRow } from '../../lib/domain/record/rows.ts';
import { callApi } from '../functions/api-call.ts';
import { roll, startedIn } from '../workflow/rollback-world.ts';
import { World } from '../workflow/world.ts';

interface Field {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Field[];
  readonly items?: Field;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
}

interface Schema extends Field {
  readonly title: string;
}

const typeOf = ({ type, const: constant, enum: values, anyOf }: Field): string => {
  if (constant !== undefined) return JSON.stringify(constant);
  if (values !== undefined) return 'status';
  return anyOf === undefined ? (type ?? '') : [...new Set(anyOf.map(typeOf))].join(' or ');
};

const rowsOf = ({ properties = {}, required = [] }: Field, prefix = ''): readonly string[] =>
  Object.entries(properties).flatMap(([name, field]) => [
    `| \`${prefix}${name}\` | ${typeOf(field)} | ${prefix === '' && required.includes(name) ? 'yes' : ''} | ${field.description ?? ''} |`,
    ...rowsOf(field, `${prefix}${name}.`),
  ]);

/** The page that the schemas generate. */
const catalogue = (eventJsonSchema().oneOf as unknown as readonly Schema[])
  .map((schema) =>
    [
      `## ${schema.title}`,
      '',
      schema.description,
      '',
      '| field | type | always | |',
      '|---|---|---|---|',
      ...rowsOf(schema),
    ].join('\n'),
  )
  .join('\n\n');

const page = readFileSync('docs/events.md', 'utf8');

it('docs/event-catalogue.md shows the catalogue of the schemas', () => {
  const generated = readFileSync('docs/event-catalogue.md', 'utf8');
  expect(generated.slice(generated.indexOf('## Batch Status Change')).trimEnd()).toBe(catalogue);
});

type FeedEvent = Readonly<Record<string, unknown>>;

interface Batch {
  readonly batchId: string;
  readonly published: readonly BusEvent[];
  readonly feed: readonly FeedEvent[];
  readonly stage: readonly FeedEvent[];
}

/** Events of a batch with successes, retries, restores, failures and skips. */
const publishedOfBatch = async (): Promise<Batch> => {
  const world = await World.open();
  world.executor.scripts.set('b#1', { ends: 'failed' });
  world.executor.scripts.set('c#1', { leaves: 'stuck' });
  world.executor.scripts.set('d', { ends: 'failed' });
  const batchId = await world.submit([
    { name: 'a' },
    { name: 'b', retries: 1 },
    { name: 'c' },
    { name: 'd', needs: ['a'], rollback: 'none' },
    { name: 'e', needs: ['d'] },
  ]);
  await world.sealed(batchId);
  await world.settled(batchId);
  const feed = await feedOf(world, `/batches/${batchId}/events`);
  const stage = await feedOf(world, '/events');
  world.close();
  return { batchId, published: world.published, feed, stage };
};

/** As the API answers, page by page. */
const feedOf = async (world: World, path: string): Promise<readonly FeedEvent[]> => {
  const api = createApi(world.deps);
  const events: FeedEvent[] = [];
  for (let after = 0; ; ) {
    const { body } = await callApi(api, 'GET', `${path}?after=${after}&limit=10`);
    if (body.events.length === 0) return events;
    events.push(...body.events);
    after = body.next_after;
  }
};

/** Events of a rollback, for a batch that had ended and for one that was running. */
const publishedOfRollback = async (): Promise<readonly BusEvent[]> => {
  const world = await World.open();
  const ended = await world.submit([{ name: 'a' }]);
  await world.settled(ended);
  await roll(world, ended);
  await world.settled(ended);
  world.executor.scripts.set('b@1.0.0', { ends: 'failed' });
  const runs = await world.submit([{ name: 'b' }, { name: 'c', needs: ['b'] }]);
  await world.until(async () => (await startedIn(world, runs)).includes('b'));
  await roll(world, runs);
  await world.settled(runs);
  world.close();
  return world.published;
};

it('so are the events of a rollback, and the page has all of them', async () => {
  const published = await publishedOfRollback();
  const told = published.map(({ id, type, detail }) => ({
    type,
    detail: { ...detail, event_id: id },
  }));
  for (const { type, detail } of told) {
    const { error } = eventCatalogue[type as keyof typeof eventCatalogue].detail.safeParse(detail);
    expect(error, `${type} ${JSON.stringify(detail)}`).toBeUndefined();
  }
  const rows = /## Events of a rollback\n([\s\S]*?)\n## /.exec(page)![1]!;
  const named = [...rows.matchAll(/^\| a (\w+) \| (\w+) \/ `(\w+)`/gm)].map(
    ([, of, to, reason]) => `${of} ${to} ${reason}`,
  );
  const seen = new Set(published.map(({ detail }) => `${detail.type} ${detail.to} ${detail.reason}`));
  expect(named.filter((one) => !seen.has(one))).toEqual([]);
  expect([...seen].filter((one) => /Roll/.test(one)).sort()).toEqual(named.toSorted());
});

const { batchId, published, feed: answered, stage } = await publishedOfBatch();

/** As a consumer gets it: the adapter adds the id. */
const details = published.map(({ id, type, detail }) => ({ type, detail: { ...detail, event_id: id } }));

it('real events on the bus match the catalogue, field by field', () => {
  const reasons = new Set(published.map(({ detail }) => detail.reason));
  for (const reason of ['Submitted', 'DeploymentsFailed', 'Verified', 'RestoredPreviousRelease', 'DependencyFailed'])
    expect(reasons).toContain(reason);
  for (const { type, detail } of details) {
    const { detail: schema } = eventCatalogue[type as keyof typeof eventCatalogue];
    const { error } = schema.safeParse(detail);
    expect(error, `${type} ${JSON.stringify(detail)}`).toBeUndefined();
  }
});

it('the feed of a batch has no gap, and is complete as it was chained', () => {
  const feed = [...new Map(published.map(({ id, detail }) => [id, detail])).values()]
    .map(({ version, ...event }) => {
      expect(version).toBe(eventVersion);
      return event as unknown as ChainedEvent;
    })
    .sort((one, other) => one.number - other.number);
  expect(feed.map(({ number }) => number)).toEqual(feed.map((_, at) => at + 1));
  expect(brokenLink(feed)).toBeUndefined();
});

/** The program on the page, as a reader would run it. */
const programOnPage = async (): Promise<{
  readonly hashOf: (event: object) => string;
  readonly isWhole: (events: readonly object[]) => boolean;
}> => {
  const program = /```js\n([\s\S]*?)```/.exec(page)![1]!;
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(program)}`);
};

it('the steps of the page verify the chain, from the API and from the bus', async () => {
  const { hashOf, isWhole } = await programOnPage();
  expect(answered.length).toBeGreaterThan(20);
  expect(answered.map(hashOf)).toEqual(answered.map(({ hash }) => hash));
  expect(isWhole(answered)).toBe(true);
  expect(details.map(({ detail }) => hashOf(detail))).toEqual(published.map(({ detail }) => detail.hash));
  // It detects what was left out, moved or changed.
  const [first, second, ...rest] = answered as readonly [FeedEvent, FeedEvent, ...FeedEvent[]];
  expect(isWhole([first, ...rest])).toBe(false);
  expect(isWhole([second, first, ...rest])).toBe(false);
  expect(isWhole([first, { ...second, message: 'All is well.' }, ...rest])).toBe(false);
});

it('the feed of the stage has the changes of the batch and none of its deployments, and is a chain of its own', async () => {
  const { isWhole } = await programOnPage();
  expect(isWhole(stage)).toBe(true);
  const ofBatch = answered.filter(({ type }) => type === 'batch');
  expect(
    stage.map(({ in_batch, previous: _, hash: __, number: ___, ...event }) => ({ ...event, ...(in_batch as object) })),
  ).toEqual(ofBatch.map(({ previous: _, ...event }) => event));
  expect(published.filter(({ detail }) => 'in_batch' in detail)).toEqual([]);
});

it('the feed differs from the bus only in what the page names', () => {
  const onBus = new Map(published.map(({ detail }) => [detail.number, detail]));
  for (const { at, ...event } of answered) {
    const { version: _, at: milliseconds, ...same } = onBus.get(event.number as number)!;
    expect(event).toEqual(same);
    expect(at).toBe(new Date(milliseconds as number).toISOString());
  }
});

it('each event has the state before it, as the API showed it', () => {
  const before = new Map<unknown, readonly unknown[]>();
  for (const { index, seq, from, from_reason, to, reason } of answered) {
    const first = index === undefined ? [null, undefined] : ['PENDING', 'AwaitingTurn'];
    expect([from, from_reason], `${index ?? 'batch'} ${seq}`).toEqual(before.get(index) ?? first);
    before.set(index, [to, reason === 'Planned' ? 'Running' : reason]);
  }
});

/** The page's advice to a consumer: keep the highest `seq` of each batch and deployment, drop the rest. */
const stateAfter = (received: readonly BusEvent[]): ReadonlyMap<string, readonly [seq: number, to: unknown]> => {
  const state = new Map<string, readonly [number, unknown]>();
  for (const { detail } of received) {
    const { batch_id, index = 'batch', seq, to } = detail as Record<string, string | number>;
    const known = state.get(`${batch_id}/${index}`);
    if (known === undefined || Number(seq) > known[0]) state.set(`${batch_id}/${index}`, [Number(seq), to]);
  }
  return state;
};

it('a consumer who drops stale and repeated events ends in the final state, in any order and with any repeats', () => {
  const right = stateAfter(published);
  expect(right.get(`${batchId}/batch`)?.[1]).toBe('FAILED');
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...published, ...published], { minLength: published.length * 2 }),
      fc.array(fc.constantFrom(...published)),
      (received, more) => {
        expect(stateAfter([...received, ...more])).toEqual(right);
      },
    ),
    { numRuns: 50 },
  );
});

it('records a metric once for each outcome and each end', () => {
  const once = [...new Map(published.map(({ id, detail }) => [id, detail])).values()] as unknown as EventRow[];
  const taken = once.flatMap(measureEvent);
  const of = (name: string) => taken.filter((measure) => measure.name === name).map(({ by }) => by);
  expect(of('Deployments').sort()).toEqual(['FAILED', 'FAILED', 'SKIPPED', 'SUCCESS', 'SUCCESS']);
  expect(of('Batches')).toEqual(['FAILED']);
  expect(of('Restores')).toEqual(['RestoredPreviousRelease']);
  expect(of('DeploymentDuration')).toHaveLength(4); // the skipped one never had its turn
  const verdicts = taken.filter(({ name }) => name === 'TimeToVerdict').map(({ value }) => value);
  expect(verdicts.length).toBeGreaterThan(2);
  expect(Math.min(...verdicts)).toBe(0); // it was healthy at the first look
  expect(Math.max(...verdicts)).toBeGreaterThan(60_000); // it never was, and had its full time
});
