import type { Status } from '../deployment/status.ts';

/** How a batch went, or goes: what a build server, a wiki or a person wants of it. */
export interface Report {
  readonly batch_id: string;
  readonly name: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  readonly submitted_by: string;
  readonly created_at: string;
  readonly ended_at?: string;
  /** Between those two. */
  readonly seconds?: number;
  /** Number of deployments by status. */
  readonly counts: Readonly<Partial<Record<Status, number>>>;
  /** In the order of the plan. */
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

/** Not done, and nobody says any more that it will be. */
export type Verdict = 'passed' | 'failed' | 'error' | 'skipped';

const verdicts: Readonly<Record<Status, Verdict>> = {
  SUCCESS: 'passed',
  FAILED: 'failed',
  // It went well once, and what it brought is gone.
  ROLLBACK: 'failed',
  // Nobody knows what became of it.
  UNKNOWN: 'error',
  SKIPPED: 'skipped',
  CANCELLED: 'skipped',
  PENDING: 'skipped',
  PROCESSING: 'skipped',
};

export const verdictOf = ({ status }: Pick<ReportedDeployment, 'status'>): Verdict => verdicts[status];

/** Between two times as the API tells them; undefined where one of them is missing. */
export const secondsBetween = (from: string | undefined, to: string | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
