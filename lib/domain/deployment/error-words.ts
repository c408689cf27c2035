import { foreignText } from '../record/foreign-text.ts';
import { whyEnded } from './execution-end.ts';

/** An error as a state machine catches it. */
export interface CaughtError {
  readonly Error?: string | undefined;
  readonly Cause?: string | undefined;
}

/** Causes may be long. */
const longestCause = 300;

/** Name and first line of the cause, without secrets, for use inside a sentence. */
export const errorWords = (error: CaughtError | undefined): string => {
  if (error?.Error === undefined) return 'its execution ended without an error message';
  const ended = whyEnded(error);
  if (ended !== undefined) return ended.replace(/\.$/, '');
  const cause = foreignText(messageIn(error.Cause ?? '').split('\n')[0]!, longestCause).replace(/\.$/, '');
  return cause === '' ? error.Error : `${error.Error}: ${cause}`;
};

/** A failing function returns its error as JSON, with a stack trace that does not help users. */
const messageIn = (cause: string): string => {
  try {
    const { errorMessage } = JSON.parse(cause) as { readonly errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
};
