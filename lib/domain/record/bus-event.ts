import type { JsonObject } from '../json.ts';
import type { BusEvent } from '../ports.ts';
import type { ChainedEvent } from './chain.ts';

/**
 * The version of the events on the bus. Additions keep it. It is raised if a consumer of this version could go wrong.
 * Events then go out in both versions for as long as the bus keeps its archive.
 */
export const eventVersion = 1;

/** `detail-type` on the bus, by event type. */
export const detailTypes = {
  batch: 'Batch Status Change',
  deployment: 'Deployment Status Change',
  hold: 'Hold Status Change',
  drift: 'Drift Status Change',
} as const;

/** A feed event in its form for the bus. Its id comes from its place, so it is the same each time it is sent. */
export const busEventOf = (event: ChainedEvent): BusEvent => ({
  id: `${event.batch_id}/${event.number}`,
  type: detailTypes[event.type],
  at: event.at,
  detail: { ...(JSON.parse(JSON.stringify(event)) as JsonObject), version: eventVersion },
});
