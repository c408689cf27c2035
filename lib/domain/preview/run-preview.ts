import type { FieldConflict } from '../cluster-port.ts';
import type { FieldDifference } from '../manifests/object-difference.ts';

/** What would happen to an object. */
export const objectFates = [
  ...(['created', 'changed', 'unchanged', 'refused', 'conflict'] as const),
  /** No longer part of the release: it is deleted if pruning is on, else it stays. */
  ...(['pruned', 'left'] as const),
  /** Removed by a delete. */
  'deleted',
  /** A Job that runs before or after everything else. */
  'hook',
] as const;
export type ObjectFate = (typeof objectFates)[number];

export interface ObjectPreview {
  /** `Deployment shop/web`. */
  readonly object: string;
  readonly fate: ObjectFate;
  /** The changed fields from the server's own dry run, including its defaults and conversions. Secrets are masked. */
  readonly fields?: readonly FieldDifference[];
  /** How many more fields there are than shown. */
  readonly fields_left_out?: number;
  /** The fields of others that it would have to take. */
  readonly conflicts?: readonly FieldConflict[];
  /** The server's message, or why it was not asked. */
  readonly message?: string;
}

/** What a run would do, if the executor can tell without doing it. */
export interface RunPreview {
  readonly objects: readonly ObjectPreview[];
  /** How many more objects there are than shown. */
  readonly objects_left_out?: number;
  /** Why none of it could be applied. */
  readonly problem?: { readonly reason: string; readonly message: string };
}
