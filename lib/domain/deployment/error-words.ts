import { foreignText } from '../record/foreign-text.ts';
import { whyEnded } from './execution-end.ts';

/** As a state machine catches it. */
export interface CaughtError {
  readonly Error?: string | undefined;
  readonly Cause?: string | undefined;
}

/** Causes may be long. */
const longestCause = 300;

/** Name and the first line of the cause, without secrets, for the middle of a sentence. */
export const errorWords = (error: CaughtError | undefined): string => {
  if (error?.Error === undefined) return 'its execution ended without a word';
  const ended = whyEnded(error);
  if (ended !== undefined) return ended.replace(/\.$/, '');
  const cause = foreignText(messageIn(error.Cause ?? '').split('\n')[0]!, longestCause).replace(/\.$/, '');
  return cause === '' ? error.Error : `${error.Error}: ${cause}`;
};

/** A function that fails gives its error as JSON, with a stack trace that tells a user nothing. */
const messageIn = (cause: string): string => {
  try {
    const { errorMessage } = JSON.parse(cause) as { readonly errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
};
