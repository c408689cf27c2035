/** Connection errors, by Node's codes and the SDK's names. */
const NETWORK: readonly string[] = [
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
];

/** Throttling errors of AWS services (RequestLimitExceeded is from EC2 and DynamoDB, SlowDown from S3). */
const THROTTLED: readonly string[] = [
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
];

/** An AWS client's error after which the same request may succeed: throttling, a fault of the service, no answer. */
export const isTransientError = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status >= 500 || status === 429) return true;
  return THROTTLED.includes(error.name) || NETWORK.includes(error.name) || NETWORK.includes(String(code));
};
