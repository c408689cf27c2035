import type { Json, JsonObject } from '../json.ts';

/** How a state is left. */
export interface Transition {
  readonly output: Json;
  readonly assigned: JsonObject;
  /** Absent if the thread ends here. */
  readonly next: string | undefined;
}
