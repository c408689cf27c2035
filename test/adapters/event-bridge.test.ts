import {
  EventBridgeClient,
  EventBridgeServiceException,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { EventBridge } from '../../lib/adapters/event-bridge.ts';
import type { BusEvent } from '../../lib/domain/ports.ts';

const event = (n: number, text = ''): BusEvent => ({
  id: `e${n}`,
  type: 'DeploymentChanged',
  at: n,
  detail: { n, text },
});
const events = (count: number, text?: string): readonly BusEvent[] =>
  Array.from({ length: count }, (_, n) => event(n, text));

/** A bus that accepts or refuses each entry as `refuse` says. */
const setUp = (refuse: (entry: PutEventsRequestEntry) => boolean = () => false) => {
  const client = new EventBridgeClient({ region: 'eu-central-1' });
  const bus = mockClient(client);
  bus.on(PutEventsCommand).callsFake(({ Entries }: { Entries: PutEventsRequestEntry[] }) => ({
    Entries: Entries.map((entry, n) => (refuse(entry) ? { ErrorCode: 'InternalFailure' } : { EventId: `id-${n}` })),
  }));
  const requests = () => bus.commandCalls(PutEventsCommand).map(({ args }) => args[0].input.Entries ?? []);
  return { bus, requests, adapter: new EventBridge(client, 'flotilla-bus') };
};

const failure = (name: string, status: number): EventBridgeServiceException =>
  new EventBridgeServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: status } });

describe('EventBridge', () => {
  it('sends an event under the name of its type, with our id in the detail', async () => {
    const { requests, adapter } = setUp();
    expect(await adapter.put([event(1_700_000_000_000, 'a')])).toEqual([]);
    expect(requests()).toEqual([
      [
        {
          EventBusName: 'flotilla-bus',
          Source: 'flotilla',
          DetailType: 'DeploymentChanged',
          Time: new Date(1_700_000_000_000),
          Detail: '{"n":1700000000000,"text":"a","event_id":"e1700000000000"}',
        },
      ],
    ]);
  });

  it.each([
    { title: 'nothing', all: [], sizes: [] },
    { title: 'ten events together', all: events(10), sizes: [10] },
    { title: 'more than ten in several requests', all: events(25), sizes: [10, 10, 5] },
    { title: 'large events in requests of 256 KB', all: events(5, 'x'.repeat(100_000)), sizes: [2, 2, 1] },
    {
      title: 'counts characters of several bytes as bytes',
      all: events(3, '€'.repeat(50_000)),
      sizes: [1, 1, 1],
    },
    {
      title: 'sends a single event that is larger alone',
      all: [event(0), event(1, 'x'.repeat(300_000)), event(2)],
      sizes: [1, 1, 1],
    },
  ])('sends $title', async ({ all, sizes }) => {
    const { requests, adapter } = setUp();
    expect(await adapter.put(all)).toEqual([]);
    expect(requests().map((entries) => entries.length)).toEqual(sizes);
    expect(requests().flatMap((entries) => entries.map(({ Time }) => Time?.getTime()))).toEqual(
      all.map(({ at }) => at),
    );
  });

  it('gives back the events that were not accepted', async () => {
    const refused = [3, 11, 12];
    const { adapter } = setUp(({ Time }) => refused.includes(Time!.getTime()));
    expect(await adapter.put(events(15))).toEqual(refused.map((n) => event(n)));
  });

  it.each([
    ['ThrottlingException', 400],
    ['InternalException', 500],
    ['ServiceUnavailable', 503],
    ['TimeoutError', 0],
  ])('gives back the events of a request that got %s, and sends the others', async (name, status) => {
    const { bus, adapter } = setUp();
    bus
      .on(PutEventsCommand)
      .rejectsOnce(failure(name, status))
      .resolves({ Entries: [{ EventId: 'a' }, { EventId: 'b' }] });
    expect(await adapter.put(events(12))).toEqual(events(10));
  });

  it.each([
    ['AccessDeniedException', 400],
    ['ResourceNotFoundException', 400],
    ['CredentialsProviderError', 0],
  ])('throws %s, because sending again cannot fix it', async (name, status) => {
    const { bus, adapter } = setUp();
    const error = failure(name, status);
    bus.on(PutEventsCommand).rejects(error);
    await expect(adapter.put(events(1))).rejects.toBe(error);
  });
});
