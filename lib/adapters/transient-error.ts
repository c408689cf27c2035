/** What the connection can say, by Node's codes, and what the SDK calls them. */
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

/** Names by which the services of AWS throttle (RequestLimitExceeded is EC2's and DynamoDB's, SlowDown is S3's). */
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

/** An error of an AWS client after which the same request may succeed: throttled, a fault of the service, no answer. */
export const isTransientError = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status >= 500 || status === 429) return true;
  return THROTTLED.includes(error.name) || NETWORK.includes(error.name) || NETWORK.includes(String(code));
};
