import type { Json } from './json.ts';

/** Our functions that run in another network. */
export interface Elsewhere {
  /** Calls one by name and waits for its result. Throws PlaceUnavailable if it does not answer in time. */
  ask(name: string, event: Json): Promise<Json>;
}
