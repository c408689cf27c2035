import type { Status } from '../deployment/status.ts';

/** How a batch went, or is going, for build servers, wikis and people. */
export interface Report {
  readonly batch_id: string;
  readonly name: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  readonly submitted_by: string;
  readonly created_at: string;
  readonly ended_at?: string;
  /** Between those two times. */
  readonly seconds?: number;
  /** Number of deployments by status. */
  readonly counts: Readonly<Partial<Record<Status, number>>>;
  /** In plan order. */
  readonly deployments: readonly ReportedDeployment[];
}

export interface ReportedDeployment {
  readonly key: string;
  readonly pillar: string;
  readonly service_name: string;
  readonly environment_id: string;
  readonly cluster?: string;
  readonly version: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  /** Why the last attempt failed, apart from what was done about it. */
  readonly failure?: { readonly reason: string; readonly message: string };
  readonly attempts: number;
  readonly started_at?: string;
  readonly ended_at?: string;
  readonly seconds?: number;
  /** The page of its last run. */
  readonly url?: string;
}

/** `skipped`: not done, and not about to be. */
export type Verdict = 'passed' | 'failed' | 'error' | 'skipped';

const verdicts: Readonly<Record<Status, Verdict>> = {
  SUCCESS: 'passed',
  FAILED: 'failed',
  // It went well once, and was then taken back.
  ROLLBACK: 'failed',
  // The result is not known.
  UNKNOWN: 'error',
  SKIPPED: 'skipped',
  CANCELLED: 'skipped',
  PENDING: 'skipped',
  PROCESSING: 'skipped',
};

export const verdictOf = ({ status }: Pick<ReportedDeployment, 'status'>): Verdict => verdicts[status];

/** Seconds between two API times; undefined if one is missing. */
export const secondsBetween = (from: string | undefined, to: string | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
