/** A failed state: what Retry and Catch look at, and what an execution ends with. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  readonly error: string | undefined;
  readonly reason: string | undefined;
  /** False for what no Retry and no Catch sees: States.Runtime, and a state's own States.DataLimitExceeded. */
  readonly isCatchable: boolean;

  constructor(error: string | undefined, reason: string | undefined, isCatchable = true) {
    super(`${error ?? 'no error name'}: ${reason ?? 'no cause'}`);
    this.error = error;
    this.reason = reason;
    this.isCatchable = isCatchable;
  }
}

/** Thrown inside a thread that was ended from outside (stop, timeout, a failed sibling, close). Nobody handles it. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
}

/** A refusal in the words of the Step Functions API. `name` is the `__type` on the wire. */
export class ApiError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * `invoke` may reject with this to set the whole cause: `payload` becomes the cause's JSON text. Any other error
 * becomes `{errorMessage, errorType, trace}` from its message, name and stack, as Lambda's Node runtime reports it.
 */
export class FunctionFailure extends Error {
  override readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;

  constructor(errorType: string, errorMessage: string, payload: Readonly<Record<string, unknown>>) {
    super(errorMessage);
    this.name = errorType;
    this.payload = payload;
  }
}
