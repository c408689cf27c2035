import type { JsonObject } from '../json.ts';
import type { BusEvent } from '../ports.ts';
import type { ChainedEvent } from './chain.ts';

/**
 * Version of the events on the bus. What is added to an event keeps it; it is raised when a consumer of this version could
 * go wrong, and the events then go out in both versions for as long as the bus keeps its archive.
 */
export const eventVersion = 1;

/** `detail-type` on the bus, by the type of the event. */
export const detailTypes = {
  batch: 'Batch Status Change',
  deployment: 'Deployment Status Change',
  hold: 'Hold Status Change',
  drift: 'Drift Status Change',
} as const;

/** An event of a feed as it goes to the bus. Its id is that of its place: the same however often it is sent. */
export const busEventOf = (event: ChainedEvent): BusEvent => ({
  id: `${event.batch_id}/${event.number}`,
  type: detailTypes[event.type],
  at: event.at,
  detail: { ...(JSON.parse(JSON.stringify(event)) as JsonObject), version: eventVersion },
});
