/** Reading the errors of Node's fetch: what happened is in `cause`, and only some causes prove that nothing was sent. */

interface SystemCause {
  readonly code?: string;
  readonly syscall?: string;
  readonly message?: string;
}

const causeOf = (error: unknown): SystemCause => {
  const cause = (error as { cause?: unknown } | null)?.cause ?? error;
  return typeof cause === 'object' && cause !== null ? (cause as SystemCause) : {};
};

/** Certificates are checked before the first byte of a request. */
const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const connectCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

/** Several addresses were tried (IPv6, IPv4) and none could be connected to. */
const isConnectAggregate = (cause: SystemCause): boolean =>
  cause instanceof AggregateError && cause.errors.every((each: SystemCause) => each.syscall === 'connect');

/** Whether it will be the same the next time, until a person changes something. */
export const isPermanent = (error: unknown): boolean => {
  const { code = '', message } = causeOf(error);
  return certificateCodes.has(code) || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || message === 'bad port';
};

/** Whether the request certainly never left. */
export const isNeverSent = (error: unknown): boolean => {
  const cause = causeOf(error);
  const isConnecting = cause.syscall === 'connect' || cause.syscall === 'getaddrinfo';
  return isPermanent(error) || isConnecting || connectCodes.has(cause.code ?? '') || isConnectAggregate(cause);
};

/** A sentence for people. Says where the authority of a certificate that is not trusted would be named. */
export const networkMessage = (
  error: unknown,
  authority = 'a private certificate authority is named by NODE_EXTRA_CA_CERTS',
): string => {
  const { code, message } = causeOf(error);
  const text = [code, message].filter(Boolean).join(': ') || 'no connection';
  return certificateCodes.has(code ?? '') ? `${text} (${authority})` : text;
};
