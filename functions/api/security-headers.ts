import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';

/**
 * What every answer tells a browser, problems too: take it for what it says it is, let no page show or embed it, and run
 * nothing that it holds. An answer of ours is data, whatever somebody has written into it. Only a page has a policy of its own.
 */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const;

export const withSecurityHeaders = (answer: ApiAnswer): ApiAnswer => ({
  ...answer,
  headers: { ...securityHeaders, ...answer.headers },
});
