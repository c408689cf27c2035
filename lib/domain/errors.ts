/**
 * Every error name. The thrower, the state machines (Retry and Catch), the API's status table and docs/errors.md share
 * these literals.
 */
export const errorNames = {
  /** Answers to a wait. The token's owner picks one from a value that the domain computed. */
  AttemptRetryable: 'AttemptRetryable',
  AttemptFailed: 'AttemptFailed',
  AttemptEnded: 'AttemptEnded',
  TurnRefused: 'TurnRefused',
  /** A turn given back because of a hold, before anything started: AwaitTurn again. */
  TurnReturned: 'TurnReturned',

  /** Problems in what the user sent. */
  YamlInvalid: 'YamlInvalid',
  BatchInvalid: 'BatchInvalid',
  RequestInvalid: 'RequestInvalid',
  PayloadTooLarge: 'PayloadTooLarge',
  UnsupportedMediaType: 'UnsupportedMediaType',
  AnswerTooLarge: 'AnswerTooLarge',
  BatchNotFound: 'BatchNotFound',
  BatchAmbiguous: 'BatchAmbiguous',
  UploadNotFound: 'UploadNotFound',
  PreviewNotFound: 'PreviewNotFound',
  DeploymentNotFound: 'DeploymentNotFound',
  RouteNotFound: 'RouteNotFound',
  MethodNotAllowed: 'MethodNotAllowed',
  IdempotencyKeyReused: 'IdempotencyKeyReused',
  StatusConflict: 'StatusConflict',
  NotWaiting: 'NotWaiting',
  BatchStillRuns: 'BatchStillRuns',
  RollbackRuns: 'RollbackRuns',
  RetryRuns: 'RetryRuns',
  NothingToRollBack: 'NothingToRollBack',
  NothingToRetry: 'NothingToRetry',
  NotRolledBack: 'NotRolledBack',
  NothingToAdopt: 'NothingToAdopt',
  ChangedSince: 'ChangedSince',
  RecordExpired: 'RecordExpired',
  TargetNotFound: 'TargetNotFound',
  ReleaseNotFound: 'ReleaseNotFound',
  HoldNotFound: 'HoldNotFound',
  PreconditionFailed: 'PreconditionFailed',
  RequestNotFound: 'RequestNotFound',
  RequestFieldsInvalid: 'RequestFieldsInvalid',
  RequestIdReused: 'RequestIdReused',
  NameTaken: 'NameTaken',
  Unauthorized: 'Unauthorized',
  Forbidden: 'Forbidden',
  TooManyRequests: 'TooManyRequests',

  /** Problems in what the operator configured. */
  ConfigurationInvalid: 'ConfigurationInvalid',

  /** Technical faults. */
  ConditionFailed: 'ConditionFailed',
  TableBusy: 'TableBusy',
  ItemTooLarge: 'ItemTooLarge',
  DocumentMissing: 'DocumentMissing',
  ExecutionExists: 'ExecutionExists',
  ExecutionMissing: 'ExecutionMissing',
  TokenGone: 'TokenGone',
  WorkflowUnavailable: 'WorkflowUnavailable',
  ExecutorUnavailable: 'ExecutorUnavailable',
  ClusterUnavailable: 'ClusterUnavailable',
  PlaceUnavailable: 'PlaceUnavailable',
  ObjectBusy: 'ObjectBusy',
  RightsMissing: 'RightsMissing',
  ContractBroken: 'ContractBroken',
  /** Anything without a name of its own. */
  InternalError: 'InternalError',
} as const;

export type ErrorName = keyof typeof errorNames;

/** An error with a literal name. `details` is safe to show: it never contains a secret. */
export class FlotillaError extends Error {
  override readonly name: ErrorName;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(name: ErrorName, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.details = details;
  }
}

export const isFlotillaError = (error: unknown, name?: ErrorName): error is FlotillaError =>
  error instanceof FlotillaError && (name === undefined || error.name === name);
