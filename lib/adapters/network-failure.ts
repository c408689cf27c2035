/** Reads the errors of Node's fetch: `cause` has what happened, and only some causes prove that nothing was sent. */

interface SystemCause {
  readonly code?: unknown;
  readonly syscall?: string;
  readonly message?: string;
}

const causeOf = (error: unknown): SystemCause => {
  const cause = (error as { cause?: unknown } | null)?.cause ?? error;
  return typeof cause === 'object' && cause !== null ? (cause as SystemCause) : {};
};

/** A failure's code from Node, undici or OpenSSL, else its message. */
export const networkCode = (error: unknown): string => {
  const { code, message = '' } = causeOf(error);
  return typeof code === 'string' ? code : message;
};

type Words = Readonly<Record<string, string>>;

/** No connection was made. */
const unconnected: Words = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name; is the address right?',
  EAI_AGAIN: 'the name of the host cannot be looked up now; is there a network?',
  EHOSTUNREACH: 'no way leads to that host',
  ENETUNREACH: 'no way leads to that network',
  UND_ERR_CONNECT_TIMEOUT: 'the host takes no connection; is the address right?',
};

const withoutTls = 'CREDENTIAL_WITHOUT_TLS';

/** Would carry a credential where others on the way can read it. Nothing was sent. */
export const credentialWithoutTls = (): Error => Object.assign(new Error('not sent'), { code: withoutTls });

/** These last until a person changes something, and show before the first byte of a request. */
const mistaken: Words = {
  [withoutTls]: 'it would be asked without TLS, and a credential goes with it: its address has to begin with https://',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there; does the address begin with http:// instead of https://?',
  'bad port': 'that port is never asked, because it belongs to another protocol',
  'No command was specified for exec authProvider!': 'the exec of its user in the kubeconfig has no command',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  CERT_SIGNATURE_FAILURE: 'the signature of its certificate is wrong',
  INVALID_PURPOSE: 'its certificate is not one for servers',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  HOSTNAME_MISMATCH: 'its certificate is for another host',
};

const notTrusted = 'its certificate comes from nobody who is trusted here';

/** The same, for certificates that would be valid if their authority were known. */
const untrusted: Words = {
  CERT_UNTRUSTED: notTrusted,
  CERT_REJECTED: notTrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself only',
  INVALID_CA: notTrusted,
  SELF_SIGNED_CERT_IN_CHAIN: notTrusted,
  UNABLE_TO_GET_ISSUER_CERT: notTrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: notTrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: notTrusted,
};

/** It was sent, at least in part. */
const broken: Words = {
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was closed before the whole answer was there',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer does not end',
  HPE_INVALID_CONSTANT: 'what answers there is not HTTP',
};

const wordsOf = new Map(Object.entries({ ...unconnected, ...mistaken, ...untrusted, ...broken }));

/** Several addresses were tried (IPv6, IPv4), and none accepted a connection. */
const isConnectAggregate = (cause: SystemCause): boolean =>
  cause instanceof AggregateError && cause.errors.every((each: SystemCause) => each.syscall === 'connect');

/** Whether it will fail the same way until a person changes something. */
export const isPermanent = (error: unknown): boolean => {
  const code = networkCode(error);
  return Object.hasOwn(mistaken, code) || Object.hasOwn(untrusted, code);
};

/** What may end it: time, another network, or only a person who changes something. */
export const remedyFor = (error: unknown): 'time' | 'network' | 'person' => {
  const { code } = causeOf(error);
  if (code === 'ENOTFOUND') return 'network';
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  return isTimeout || (typeof code === 'string' && !isPermanent(error)) ? 'time' : 'person';
};

/** Whether the request certainly never left. */
export const isNeverSent = (error: unknown): boolean => {
  const cause = causeOf(error);
  const isConnecting = cause.syscall === 'connect' || cause.syscall === 'getaddrinfo';
  const isUnconnected = Object.hasOwn(unconnected, networkCode(error));
  return isPermanent(error) || isConnecting || isUnconnected || isConnectAggregate(cause);
};

/** A sentence for people, with the code to search for. Says how to trust an unknown authority. */
export const networkMessage = (
  error: unknown,
  authority = 'to trust it, name the PEM file of its authority in NODE_EXTRA_CA_CERTS',
): string => {
  const code = networkCode(error);
  const words = wordsOf.get(code);
  if (words === undefined) return rawMessage(causeOf(error));
  const told = code === causeOf(error).message ? words : `${words} (${code})`;
  return Object.hasOwn(untrusted, code) ? `${told}; ${authority}` : told;
};

const rawMessage = ({ code, message }: SystemCause): string =>
  [typeof code === 'string' ? code : '', message].filter(Boolean).join(': ') || 'no connection';
