import { randomUUID } from 'node:crypto';

/** What a route answers. `destroy` drops the connection instead of sending anything. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly html?: string;
  readonly destroy?: true;
}

export const success = (data: unknown): Answer => ({
  status: 200,
  json: { status: 'SUCCESS', data, metaData: null, correlationId: randomUUID() },
});

const statusOf: Readonly<Record<string, number>> = {
  INVALID_REQUEST: 400,
  /** The service's own throttling, unlike that of the edge. */
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
  json: {
    status: 'ERROR',
    code,
    message,
    correlationId: randomUUID(),
    detailedMessage: null,
    responseMessages: [{ code, level: 'ERROR', message, exception: null, failureTypes: [] }],
    metadata: null,
  },
});

/** The FailureDTO envelope, of parameters that are missing. */
export const invalidFields = (fields: readonly string[]): Answer => ({
  status: 400,
  json: {
    status: 'FAILURE',
    code: 'INVALID_REQUEST',
    message: 'Validation failed',
    correlationId: randomUUID(),
    errors: fields.map((fieldId) => ({ fieldId, error: 'must not be null' })),
  },
});

/** The edge: 429 without a body of the service and without Retry-After. */
export const throttledAtEdge = (): Answer => ({ status: 429, html: 'Too Many Requests' });

export const htmlError = (): Answer => ({
  status: 502,
  html: '<html><head><title>502 Bad Gateway</title></head><body>SIMULATED bad gateway</body></html>',
});

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

/** A page for people; the first thing it says is what it is. */
export const page = (title: string, lines: readonly string[]): Answer => ({
  status: 200,
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SIMULATED Harness: ${escapeHtml(title)}</title></head>
<body><h1>SIMULATED Harness</h1><p>This is not Harness. Nothing here deploys anything outside this machine.</p>
<h2>${escapeHtml(title)}</h2><ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></body></html>`,
});
