import { ApiError } from './failure.ts';
import { isJsonObject, type Json } from './json.ts';

/** The task attempt that waits for a token. */
export interface TokenHolder {
  succeed(output: Json): void;
  fail(error: string | undefined, cause: string | undefined): void;
  heartbeat(): void;
}

/** How every token begins: it is a JSON object with this first key. */
const beginning = Buffer.from('{"execution":"').toString('base64url').slice(0, -1);
const anyToken = new RegExp(`${beginning}[\\w-]*`, 'g');

/** Replaces each task token in a text: anyone who has a token can answer for its owner. */
export const withoutTokens = (text: string): string => text.replace(anyToken, 'a-task-token');

/**
 * Task tokens, and what waits for each. A token names its execution, so the engine can tell a late answer from an unknown
 * one.
 */
export class Tokens {
  readonly #holders = new Map<string, TokenHolder>();
  readonly #isExecutionKnown: (arn: string) => boolean;

  constructor(isExecutionKnown: (arn: string) => boolean) {
    this.#isExecutionKnown = isExecutionKnown;
  }

  /** A token for one attempt. It carries a random id, so it cannot be guessed. */
  issue(executionArn: string, uuid: string): string {
    return Buffer.from(JSON.stringify({ execution: executionArn, id: uuid })).toString('base64url');
  }

  open(token: string, holder: TokenHolder): void {
    this.#holders.set(token, holder);
  }

  close(token: string): void {
    this.#holders.delete(token);
  }

  /**
   * Throws TaskTimedOut if the token's task has moved on, TaskDoesNotExist if nobody issued it, InvalidToken if it is
   * no token.
   */
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
