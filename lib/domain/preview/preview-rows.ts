import type { Reach } from '../grants/reach.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { RunPreview } from './run-preview.ts';

/**
 * How many deployments a preview asks clusters about, in milliseconds how long, and in seconds how long it is kept. With up to two minutes
 * before that for what has to be fetched, one that has not ended after `gone` is lost. So many may somebody have at work at once.
 */
export const previewBounds = {
  ...{ deployments: 90, works: 150_000, gone: 360_000, kept: 3_600, atOnce: 5 },
  /** After its begin, whatever is left is left out: the places work on it one after the other. */
  ends: 300_000,
} as const;

/** `PREVIEWS#<id>` / `HEADER`. */
export type PreviewRow = {
  readonly state: 'running' | 'done' | 'failed';
  readonly plan_hash: string;
  readonly by: string;
  /** Who may not see one of these does not see the preview. */
  readonly reach: Reach;
  /** Of the batch. */
  readonly total: number;
  /** Of these, how many are not looked at: there are too many. */
  readonly left_out: number;
  readonly at: number;
  /** Of those that who began it may have at work. Absent in rows of earlier versions. */
  readonly place?: number;
  /** Why it failed. */
  readonly message?: string;
  /** Seconds since 1970: the table removes it. */
  readonly expires_at: number;
};

/** What was found out about a deployment, or why nothing was. */
export type PreviewAnswer =
  /** What the executor would do with each object. */
  | ({ readonly state: 'told' } & RunPreview)
  /** The executor does not tell: what the plan says is all there is. */
  | { readonly state: 'planned'; readonly steps: readonly string[]; readonly message?: string }
  /** Its cluster, or what else had to be asked, did not answer. */
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
