import { ApiError } from './failure.ts';
import { isJsonObject, type Json } from './json.ts';

/** The one task attempt that waits under a token. */
export interface TokenHolder {
  succeed(output: Json): void;
  fail(error: string | undefined, cause: string | undefined): void;
  heartbeat(): void;
}

/** How every token begins: it is a JSON object whose first key is this. */
const beginning = Buffer.from('{"execution":"').toString('base64url').slice(0, -1);
const anyToken = new RegExp(`${beginning}[\\w-]*`, 'g');

/** A text with something else in the place of each task token: who has one answers in the name of whoever it was given to. */
export const withoutTokens = (text: string): string => text.replace(anyToken, 'a-task-token');

/** Task tokens: who waits under which. A token names its execution, so that a late answer is told from an unknown one. */
export class Tokens {
  readonly #holders = new Map<string, TokenHolder>();
  readonly #isExecutionKnown: (arn: string) => boolean;

  constructor(isExecutionKnown: (arn: string) => boolean) {
    this.#isExecutionKnown = isExecutionKnown;
  }

  /** A token for one attempt. Nobody can guess it: it carries a random id. */
  issue(executionArn: string, uuid: string): string {
    return Buffer.from(JSON.stringify({ execution: executionArn, id: uuid })).toString('base64url');
  }

  open(token: string, holder: TokenHolder): void {
    this.#holders.set(token, holder);
  }

  close(token: string): void {
    this.#holders.delete(token);
  }

  /** Throws TaskTimedOut for a token whose task has gone on, TaskDoesNotExist for one of nobody, InvalidToken for no token. */
  holder(token: string): TokenHolder {
    const holder = this.#holders.get(token);
    if (holder !== undefined) return holder;
    if (this.#isExecutionKnown(this.#executionOf(token))) {
      throw new ApiError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    throw new ApiError('TaskDoesNotExist', "Task does not exist: 'Provided task does not exist'");
  }

  #executionOf(token: string): string {
    try {
      const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
      if (isJsonObject(value) && typeof value.execution === 'string' && typeof value.id === 'string')
        return value.execution;
    } catch {
      // Not one of ours: refused below.
    }
    throw new ApiError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
}
