/** Every metric, with its meaning. The dashboard, the alarms and the runbook use these. */
export const measures = {
  Batches: { unit: 'Count', by: 'status', means: 'batches that ended, by status' },
  Deployments: { unit: 'Count', by: 'status', means: 'deployments that ended, by status' },
  Restores: { unit: 'Count', by: 'result', means: 'restores of the previous release, by result' },
  DeploymentDuration: { unit: 'Milliseconds', means: 'from turn to outcome' },
  TimeToVerdict: { unit: 'Milliseconds', means: 'from the end of the run to the cluster verdict' },
  OpenBatches: { unit: 'Count', means: 'batches that have not ended' },
  InFlight: { unit: 'Count', means: 'deployments in flight' },
  WaitingTurns: { unit: 'Count', means: 'deployments waiting for their turn' },
  RollbacksUnderWay: { unit: 'Count', means: 'batches that roll back another batch' },
  Holds: { unit: 'Count', means: 'holds set by people that are in force' },
  OpenCircuits: { unit: 'Count', means: 'executors and clusters that do not answer, so nothing starts there' },
  StuckWaits: { unit: 'Count', means: 'deployments long past their deadline without an answer' },
  RejectedMessages: {
    unit: 'Count',
    means: 'unreadable messages to the dispatcher, until somebody removes them',
  },
  DriftedTargets: { unit: 'Count', means: 'targets that somebody changed after their deployment' },
  ExecutorRequests: { unit: 'Count', means: 'requests to executors' },
  ExecutorBudgetAllowed: { unit: 'Count', means: 'most requests a minute that an executor gets' },
  ExecutorBudgetWait: {
    unit: 'Milliseconds',
    by: 'request',
    means: 'how long requests waited for room in the budget',
  },
  ExecutorThrottled: { unit: 'Count', means: 'requests that an executor refused as too many' },
} as const satisfies Readonly<Record<string, { unit: 'Count' | 'Milliseconds'; by?: string; means: string }>>;

type MeasureName = keyof typeof measures;

export interface Measurement {
  readonly name: MeasureName;
  readonly value: number;
  /** The dimension, for a measure that has one. */
  readonly by?: string;
  /** For a function in its own network: each network counts for itself. */
  readonly place?: string;
}
