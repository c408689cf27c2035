/** A route's answer. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  /** JSON that gets the id of its request on its way out. */
  readonly envelope?: object;
  readonly html?: string;
  /** The connection is cut instead of an answer: before anything was sent, or after the request was performed. */
  readonly cut?: 'before' | 'after';
  /** How long a finished answer is held back, in milliseconds. */
  readonly late?: number;
  /** The answer says that there were too many requests. */
  readonly isThrottled?: true;
}

export const success = (data: unknown): Answer => ({
  status: 200,
  envelope: { status: 'SUCCESS', data, metaData: null },
});

const statusOf: Readonly<Record<string, number>> = {
  INVALID_REQUEST: 400,
  /** The service's own throttling, unlike the edge's. */
  TOO_MANY_REQUESTS: 400,
  ABORT_ALL_ALREADY_NG: 400,
  INVALID_TOKEN: 401,
  EXPIRED_TOKEN: 401,
  NG_ACCESS_DENIED: 403,
  ENTITY_NOT_FOUND: 404,
  UNKNOWN_ERROR: 500,
};

/** The ErrorDTO envelope. */
export const failure = (code: string, message: string): Answer => ({
  status: statusOf[code] ?? 500,
  envelope: {
    status: 'ERROR',
    code,
    message,
    detailedMessage: null,
    responseMessages: [{ code, level: 'ERROR', message, exception: null, failureTypes: [] }],
    metadata: null,
  },
});

/** The FailureDTO envelope, for missing parameters. */
export const invalidFields = (fields: readonly string[]): Answer => ({
  status: 400,
  envelope: {
    status: 'FAILURE',
    code: 'INVALID_REQUEST',
    message: 'Validation failed',
    errors: fields.map((fieldId) => ({ fieldId, error: 'must not be null' })),
  },
});

/** The edge: 429 without a body of the service and without Retry-After. */
export const throttledAtEdge = (): Answer => ({ status: 429, html: 'Too Many Requests', isThrottled: true });

/** The service itself: a 400 like those of permanent errors. */
export const throttledByService = (): Answer => ({
  ...failure('TOO_MANY_REQUESTS', 'SIMULATED: too many requests'),
  isThrottled: true,
});

export const htmlError = (told: string): Answer => ({
  status: 502,
  html: `<html><head><title>502 Bad Gateway</title></head><body>${told}</body></html>`,
});

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

/** A page for people. The first thing it says is that it is simulated. */
export const page = (title: string, lines: readonly string[]): Answer => ({
  status: 200,
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SIMULATED Harness: ${escapeHtml(title)}</title></head>
<body><h1>SIMULATED Harness</h1><p>This is not Harness. Nothing here deploys anything outside this machine.</p>
<h2>${escapeHtml(title)}</h2><ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></body></html>`,
});
