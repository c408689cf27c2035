import type { ExecutionStatus } from '../ports.ts';
import { foreignText } from '../record/foreign-text.ts';

/** How an execution ended that should have recorded an outcome and has not. */
export interface ExecutionEnd {
  /** Undefined if Step Functions no longer knows it. */
  readonly status: Exclude<ExecutionStatus, 'RUNNING'> | undefined;
  /** The reason given when it was stopped, or the error it failed with. */
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** The error in the event wins over what is read afterwards. The event may have none. */
export const withTold = (end: ExecutionEnd, { error, cause }: Pick<ExecutionEnd, 'error' | 'cause'>): ExecutionEnd => ({
  ...end,
  error: error ?? end.error,
  cause: cause ?? end.cause,
});

/** The error for such an end, in the form that Conclude and Record take. */
export interface ErrorOfEnd {
  readonly Error: 'ExecutionStopped' | 'ExecutionEnded';
  readonly Cause: string;
}

/** A person who stops an execution in the console may give a reason of any length. */
const longestCause = 300;

const said = ({ error, cause }: ExecutionEnd): string =>
  foreignText([error, cause].filter((text) => text !== undefined && text !== '').join(': '), longestCause);

/** Only StopExecution ends an execution as ABORTED, and Flotilla itself never calls it. */
export const errorOfEnd = (end: ExecutionEnd): ErrorOfEnd => {
  if (end.status === 'ABORTED') return { Error: 'ExecutionStopped', Cause: said(end) };
  if (end.status === undefined) return { Error: 'ExecutionEnded', Cause: 'Step Functions no longer knows it' };
  const why = said(end);
  return { Error: 'ExecutionEnded', Cause: `it ended as ${end.status}${why === '' ? '' : ` (${why})`}` };
};

/** Why it ended, for use inside a sentence; undefined for any other error. */
export const whyEnded = (
  error: { readonly Error?: string | undefined; readonly Cause?: string | undefined } | undefined,
): string | undefined => {
  const { Error: name, Cause: cause = '' } = error ?? {};
  if (name === 'ExecutionEnded') return `its execution died: ${cause}`;
  if (name !== 'ExecutionStopped') return undefined;
  return `somebody stopped its execution in Step Functions${cause === '' ? '' : ` (${cause})`}`;
};
