import type { ExecutionDescription } from './records.ts';

/** "Step Functions Execution Status Change", as it arrives on EventBridge's default bus. Times are milliseconds. */
export interface StatusChange {
  readonly source: 'aws.states';
  readonly 'detail-type': 'Step Functions Execution Status Change';
  readonly detail: {
    readonly executionArn: string;
    readonly stateMachineArn: string;
    readonly name: string;
    readonly status: string;
    readonly startDate: number;
    readonly stopDate: number | null;
    readonly input: string | null;
    readonly inputDetails: { readonly included: boolean };
    readonly output: string | null;
    readonly outputDetails: { readonly included: boolean } | null;
    readonly error: string | null;
    readonly cause: string | null;
    readonly redriveCount: number;
    readonly redriveDate: number | null;
    readonly redriveStatus: string | null;
    readonly redriveStatusReason: string | null;
  };
}

/** Longer texts are left out of an event (documented: input and output together are at most 248 KiB). */
const mostText = 248 * 1024;

const milliseconds = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : Math.round(seconds * 1000);

/** The event for an execution's current status. */
export const statusChange = (execution: ExecutionDescription): StatusChange => {
  const { executionArn, stateMachineArn, name, status, input, output } = execution;
  const included = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= mostText;
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail: {
      ...{ executionArn, stateMachineArn, name, status },
      startDate: milliseconds(execution.startDate) ?? 0,
      stopDate: milliseconds(execution.stopDate),
      input: included ? input : null,
      inputDetails: { included },
      output: included ? (output ?? null) : null,
      outputDetails: output === undefined ? null : { included },
      error: execution.error ?? null,
      cause: execution.cause ?? null,
      redriveCount: execution.redriveCount,
      redriveDate: milliseconds(execution.redriveDate),
      redriveStatus: execution.redriveStatus ?? null,
      redriveStatusReason: execution.redriveStatusReason ?? null,
    },
  };
};
