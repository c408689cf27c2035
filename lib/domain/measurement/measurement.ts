/** Every number that is kept over time, with what it means. The dashboard, the alarms and the runbook speak of these. */
export const measures = {
  Batches: { unit: 'Count', by: 'status', means: 'batches that ended, by status' },
  Deployments: { unit: 'Count', by: 'status', means: 'deployments that ended, by status' },
  Restores: { unit: 'Count', by: 'result', means: 'restores of the release before, by how they went' },
  DeploymentDuration: { unit: 'Milliseconds', means: 'from the turn to the outcome' },
  TimeToVerdict: { unit: 'Milliseconds', means: 'from the end of the run to the verdict of the cluster' },
  OpenBatches: { unit: 'Count', means: 'batches that have not ended' },
  InFlight: { unit: 'Count', means: 'deployments that have their turn' },
  WaitingTurns: { unit: 'Count', means: 'deployments that wait for their turn' },
  RollbacksUnderWay: { unit: 'Count', means: 'batches that put back what another batch had changed' },
  Holds: { unit: 'Count', means: 'holds that somebody asked for and that are in force' },
  OpenCircuits: { unit: 'Count', means: 'executors and clusters that do not answer, so that nothing is started there' },
  StuckWaits: { unit: 'Count', means: 'deployments whose deadline has long passed without an answer' },
  RejectedMessages: {
    unit: 'Count',
    means: 'messages to the dispatcher that it could not read, until somebody removes them',
  },
  DriftedTargets: { unit: 'Count', means: 'targets that somebody has changed since they were deployed' },
  ExecutorRequests: { unit: 'Count', means: 'requests to executors' },
  ExecutorBudgetAllowed: { unit: 'Count', means: 'requests a minute that an executor is asked at most' },
  ExecutorBudgetWait: {
    unit: 'Milliseconds',
    by: 'request',
    means: 'how long requests waited for room in that budget',
  },
  ExecutorThrottled: { unit: 'Count', means: 'requests that an executor refused as too many' },
} as const satisfies Readonly<Record<string, { unit: 'Count' | 'Milliseconds'; by?: string; means: string }>>;

type MeasureName = keyof typeof measures;

export interface Measurement {
  readonly name: MeasureName;
  readonly value: number;
  /** For a measure that is kept apart by something: by what. */
  readonly by?: string;
  /** Of a function in a network of its own: what each of them has counted is a number of its own. */
  readonly place?: string;
}
