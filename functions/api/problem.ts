import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type ErrorName, FlotillaError } from '../../lib/domain/errors.ts';

interface Meaning {
  readonly status: number;
  readonly title: string;
  /** A fault of ours whose message is also meant for the caller. */
  readonly isTold?: true;
}

/** Every error that the API reports by its own name. Any other becomes an InternalError. */
export const problems: Readonly<Partial<Record<ErrorName, Meaning>>> = {
  YamlInvalid: { status: 400, title: 'The batch cannot be read' },
  BatchInvalid: { status: 422, title: 'The batch is not valid' },
  RequestInvalid: { status: 400, title: 'The request is not valid' },
  Unauthorized: { status: 401, title: 'Not authenticated' },
  Forbidden: { status: 403, title: 'Not allowed' },
  BatchNotFound: { status: 404, title: 'No such batch' },
  BatchAmbiguous: { status: 404, title: 'More than one batch' },
  DeploymentNotFound: { status: 404, title: 'No such deployment' },
  UploadNotFound: { status: 404, title: 'No such upload' },
  PreviewNotFound: { status: 404, title: 'No such preview' },
  TargetNotFound: { status: 404, title: 'No such target' },
  ReleaseNotFound: { status: 404, title: 'No such release' },
  RequestNotFound: { status: 404, title: 'No such deployment request' },
  HoldNotFound: { status: 404, title: 'No such hold' },
  RouteNotFound: { status: 404, title: 'No such route' },
  MethodNotAllowed: { status: 405, title: 'Method not allowed' },
  AnswerTooLarge: { status: 406, title: 'The answer is too large uncompressed' },
  IdempotencyKeyReused: { status: 409, title: 'The Idempotency-Key was used for something else' },
  RequestIdReused: { status: 409, title: 'The X-Request-ID was used for something else' },
  NameTaken: { status: 409, title: 'The deployment already exists' },
  StatusConflict: { status: 409, title: 'Not possible in this state' },
  NotWaiting: { status: 409, title: 'It does not wait for a person' },
  BatchStillRuns: { status: 409, title: 'The batch still runs' },
  RollbackRuns: { status: 409, title: 'The batch is being rolled back' },
  RetryRuns: { status: 409, title: 'The batch is being retried' },
  NothingToRollBack: { status: 409, title: 'There is nothing to roll back' },
  NothingToRetry: { status: 409, title: 'There is nothing to retry' },
  NotRolledBack: { status: 409, title: 'This deployment is not rolled back' },
  NothingToAdopt: { status: 409, title: 'There is nothing to adopt' },
  ChangedSince: { status: 409, title: 'It has changed since you looked at it' },
  RecordExpired: { status: 410, title: 'The record of the batch is no longer kept' },
  PreconditionFailed: { status: 412, title: 'A precondition of the request is not met' },
  RequestFieldsInvalid: { status: 422, title: 'The deployment request is not valid' },
  PayloadTooLarge: { status: 413, title: 'The request is too large' },
  UnsupportedMediaType: { status: 415, title: 'The content type is not supported' },
  TooManyRequests: { status: 429, title: 'Too many requests; try again later' },
  ConfigurationInvalid: { status: 500, title: 'The configuration is not valid' },
  InternalError: { status: 500, title: 'Something went wrong here' },
  TableBusy: { status: 503, title: 'Too busy; try again' },
  WorkflowUnavailable: { status: 503, title: 'The workflow engine cannot be reached' },
  PlaceUnavailable: { status: 503, title: "The functions in the cluster's place do not answer", isTold: true },
};

/** The text for our own faults. Only the log says what happened inside. */
const ownFault = 'The request was not the cause. The log has details under this instance.';

/** `application/problem+json` (RFC 9457) for any error. */
export const problemResponse = (
  error: unknown,
  instance: string,
  more: (sentence: string) => object = () => ({}),
): APIGatewayProxyStructuredResultV2 => {
  const named = error instanceof FlotillaError && problems[error.name] !== undefined;
  const code: ErrorName = named ? error.name : 'InternalError';
  const { status, title, isTold } = problems[code]!;
  const ours = status >= 500 && isTold !== true;
  const details = error instanceof FlotillaError && !ours ? error.details : {};
  const { issues, candidates, allow, retry_after } = details as {
    issues?: unknown;
    candidates?: unknown;
    allow?: readonly string[];
    /** Seconds. */
    retry_after?: number;
  };
  const body = {
    // A name rather than an address: docs/errors.md explains the error, and no server has to serve it.
    type: `urn:flotilla:error:${code}`,
    title,
    status,
    detail: ours ? ownFault : (error as Error).message,
    code,
    instance,
    ...(issues === undefined ? {} : { issues }),
    ...(candidates === undefined ? {} : { candidates }),
    ...more(ours ? ownFault : (error as Error).message),
  };
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      ...(allow === undefined ? {} : { allow: allow.join(', ') }),
      ...(status === 503 || status === 429 ? { 'retry-after': String(retry_after ?? 1) } : {}),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: JSON.stringify(body),
  };
};
