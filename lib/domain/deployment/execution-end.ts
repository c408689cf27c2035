import type { ExecutionStatus } from '../ports.ts';
import { foreignText } from '../record/foreign-text.ts';

/** How an execution ended that was to record what came of it, and has not. */
export interface ExecutionEnd {
  /** Undefined where Step Functions knows nothing of it any more. */
  readonly status: Exclude<ExecutionStatus, 'RUNNING'> | undefined;
  /** What was said when it was stopped, or what it failed with. */
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** What an event said of an end comes before what can be asked for afterwards; it may have said nothing. */
export const withTold = (end: ExecutionEnd, { error, cause }: Pick<ExecutionEnd, 'error' | 'cause'>): ExecutionEnd => ({
  ...end,
  error: error ?? end.error,
  cause: cause ?? end.cause,
});

/** The error that stands for such an end, as Conclude and Record are given one. */
export interface ErrorOfEnd {
  readonly Error: 'ExecutionStopped' | 'ExecutionEnded';
  readonly Cause: string;
}

/** Whoever stops an execution in the console may say why, in as many words as he likes. */
const longestCause = 300;

const said = ({ error, cause }: ExecutionEnd): string =>
  foreignText([error, cause].filter((text) => text !== undefined && text !== '').join(': '), longestCause);

/** Only StopExecution ends an execution as ABORTED, and Flotilla itself stops none. */
export const errorOfEnd = (end: ExecutionEnd): ErrorOfEnd => {
  if (end.status === 'ABORTED') return { Error: 'ExecutionStopped', Cause: said(end) };
  if (end.status === undefined) return { Error: 'ExecutionEnded', Cause: 'Step Functions does not know it any more' };
  const why = said(end);
  return { Error: 'ExecutionEnded', Cause: `it ended as ${end.status}${why === '' ? '' : ` (${why})`}` };
};

/** Why it ended, for the middle of a sentence; undefined for any other error. */
export const whyEnded = (
  error: { readonly Error?: string | undefined; readonly Cause?: string | undefined } | undefined,
): string | undefined => {
  const { Error: name, Cause: cause = '' } = error ?? {};
  if (name === 'ExecutionEnded') return `its execution died: ${cause}`;
  if (name !== 'ExecutionStopped') return undefined;
  return `somebody stopped its execution in Step Functions${cause === '' ? '' : ` (${cause})`}`;
};
