import type { Reach } from '../grants/reach.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { RunPreview } from './run-preview.ts';

/**
 * How many deployments a preview asks clusters about, for how long (milliseconds), and how long it is kept (seconds).
 * Fetching may take up to two minutes before that. A preview that has not ended after `gone` is lost. `atOnce` is how
 * many one person may run at once.
 */
export const previewBounds = {
  ...{ deployments: 90, works: 150_000, gone: 360_000, kept: 3_600, atOnce: 5 },
  /** This long after the start, the rest is left out. The places work on it one after the other. */
  ends: 300_000,
} as const;

/** `PREVIEWS#<id>` / `HEADER`. */
export type PreviewRow = {
  readonly state: 'running' | 'done' | 'failed';
  readonly plan_hash: string;
  readonly by: string;
  /** Only those who may see all of these may see the preview. */
  readonly reach: Reach;
  /** Of the batch. */
  readonly total: number;
  /** How many of these are not asked about, because there are too many. */
  readonly left_out: number;
  readonly at: number;
  /** Its place among those that its creator may run at once. Absent in rows of earlier versions. */
  readonly place?: number;
  /** Why it failed. */
  readonly message?: string;
  /** Seconds since 1970: when the table removes it. */
  readonly expires_at: number;
};

/** What was found out about a deployment, or why nothing was. */
export type PreviewAnswer =
  /** What the executor would do with each object. */
  | ({ readonly state: 'told' } & RunPreview)
  /** The executor cannot preview: the plan is all there is. */
  | { readonly state: 'planned'; readonly steps: readonly string[]; readonly message?: string }
  /** Its cluster, or something else that was needed, did not answer. */
  | { readonly state: 'unavailable'; readonly message: string }
  /** There was no time left. */
  | { readonly state: 'left_out'; readonly message: string };

/** `PREVIEWS#<id>` / `RESULT#<index>`. */
export type PreviewedRow = {
  readonly deployment: KeptDeployment;
  readonly steps: readonly string[];
  readonly answer?: PreviewAnswer;
  readonly expires_at: number;
};
