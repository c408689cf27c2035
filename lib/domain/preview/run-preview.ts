import type { FieldConflict } from '../cluster-port.ts';
import type { FieldDifference } from '../manifests/object-difference.ts';

/** What would become of an object. */
export const objectFates = [
  ...(['created', 'changed', 'unchanged', 'refused', 'conflict'] as const),
  /** The release has it no more: it is deleted where that is asked for, else it stays. */
  ...(['pruned', 'left'] as const),
  /** By a delete. */
  'deleted',
  /** A Job that is run before or after all else. */
  'hook',
] as const;
export type ObjectFate = (typeof objectFates)[number];

export interface ObjectPreview {
  /** `Deployment shop/web`. */
  readonly object: string;
  readonly fate: ObjectFate;
  /** Of what is changed: by the server's own dry run, so that what it fills in or makes of it is among them. No secret is in them. */
  readonly fields?: readonly FieldDifference[];
  /** How many more fields there are than are told. */
  readonly fields_left_out?: number;
  /** Whose fields it would have to take. */
  readonly conflicts?: readonly FieldConflict[];
  /** What the server says, or why it is not even asked. */
  readonly message?: string;
}

/** What a run would do, where the executor can tell without doing it. */
export interface RunPreview {
  readonly objects: readonly ObjectPreview[];
  /** How many more objects there are than are told. */
  readonly objects_left_out?: number;
  /** Why nothing of it could be applied at all. */
  readonly problem?: { readonly reason: string; readonly message: string };
}
