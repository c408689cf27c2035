/**
 * What the access log keeps of a request: the caller but never the token, and the route but not the path. The path of a
 * callback is a secret.
 */
export const accessLogFields = {
  time: '$context.requestTime',
  request_id: '$context.requestId',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  response_bytes: '$context.responseLength',
  milliseconds: '$context.responseLatency',
  subject: '$context.authorizer.claims.sub',
  refused: '$context.authorizer.error',
  error: '$context.error.message',
} as const;
