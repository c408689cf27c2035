import type { Json } from './json.ts';

/** Functions of ours that run in another network. */
export interface Elsewhere {
  /** Calls one by its name and waits for what it gives back. Throws PlaceUnavailable where it does not answer in time. */
  ask(name: string, event: Json): Promise<Json>;
}
