import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import type { BusEvent, EventBus } from '../domain/ports.ts';
import { isTransientError } from './transient-error.ts';

const SOURCE = 'flotilla';
/** PutEvents takes 10 entries. The byte limit is the older 256 KB for a request, which every region accepts. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256_000;
/** The bytes that PutEvents counts for an entry's time. */
const TIME_BYTES = 14;

const entryOf = (event: BusEvent, bus: string): PutEventsRequestEntry => ({
  EventBusName: bus,
  Source: SOURCE,
  DetailType: event.type,
  Time: new Date(event.at),
  // The bus assigns a new id each time an event is sent again. Consumers recognise it by our id.
  Detail: JSON.stringify({ ...event.detail, event_id: event.id }),
});

const sizeOf = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number =>
  TIME_BYTES + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);

interface Sending {
  readonly event: BusEvent;
  readonly entry: PutEventsRequestEntry;
}

/** Requests of at most 10 entries and 256 KB, in order. A larger event is sent alone. */
const requestsOf = (sendings: readonly Sending[]): readonly (readonly Sending[])[] => {
  const requests: Sending[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const sending of sendings) {
    const size = sizeOf(sending.entry);
    const last = requests.at(-1);
    if (last === undefined || last.length === MAX_ENTRIES || bytes + size > MAX_BYTES) {
      requests.push([sending]);
      bytes = size;
    } else {
      last.push(sending);
      bytes += size;
    }
  }
  return requests;
};

/** The bus on EventBridge. Throws an error that a retry cannot fix (no right, no such bus). */
export class EventBridge implements EventBus {
  readonly #client: EventBridgeClient;
  readonly #bus: string;

  constructor(client: EventBridgeClient, bus: string) {
    this.#client = client;
    this.#bus = bus;
  }

  async put(events: readonly BusEvent[]): Promise<readonly BusEvent[]> {
    const left: BusEvent[] = [];
    for (const request of requestsOf(events.map((event) => ({ event, entry: entryOf(event, this.#bus) })))) {
      const results = await this.#send(request);
      left.push(...request.filter((_, index) => results[index]?.EventId === undefined).map(({ event }) => event));
    }
    return left;
  }

  /** The results in the entries' order; empty if nothing was accepted. */
  async #send(request: readonly Sending[]): Promise<readonly PutEventsResultEntry[]> {
    try {
      const command = new PutEventsCommand({ Entries: request.map(({ entry }) => entry) });
      return (await this.#client.send(command)).Entries ?? [];
    } catch (error) {
      if (isTransientError(error)) return [];
      throw error;
    }
  }
}

/** The bus by name, with a client from the environment. */
export const connectEventBridge = (busName: string): EventBridge => new EventBridge(new EventBridgeClient({}), busName);
