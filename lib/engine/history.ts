import type { Json, JsonObject } from './json.ts';

/** One event as the engine stores it: ids as in Step Functions, inputs and outputs as JSON values. */
export interface HistoryEvent {
  readonly id: number;
  readonly previous: number;
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly details?: JsonObject;
}

/** An execution's event limit (aws.md 6); Step Functions then fails the execution. */
export const mostEvents = 25_000;

/** Details that are JSON text on the wire. */
const textDetails: ReadonlySet<string> = new Set(['input', 'output', 'parameters']);

/** The details member of an event type, if it is not simply named after the type. */
const detailsMember = (type: string): string => {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`;
};

const wireDetails = (details: JsonObject): JsonObject => {
  const wire: Record<string, Json> = {};
  for (const [key, value] of Object.entries(details)) {
    if (textDetails.has(key)) {
      wire[key] = JSON.stringify(value);
      if (key !== 'parameters') wire[`${key}Details`] = { truncated: false };
    } else if (key === 'assignedVariables') {
      wire[key] = Object.fromEntries(
        Object.entries(value as JsonObject).map(([name, held]) => [name, JSON.stringify(held)]),
      );
      wire.assignedVariablesDetails = { truncated: false };
    } else wire[key] = value;
  }
  return wire;
};

/** An event in the shape of GetExecutionHistory. */
export const wireEvent = (event: HistoryEvent): JsonObject => ({
  timestamp: event.at / 1000,
  type: event.type,
  id: event.id,
  previousEventId: event.previous,
  ...(event.details === undefined ? {} : { [detailsMember(event.type)]: wireDetails(event.details) }),
});
