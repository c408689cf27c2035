import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';

/**
 * Tells browsers, with every answer including problems: trust the content type, let no page show or embed it, and run
 * nothing in it. Our answers are data, whatever somebody has written into them. Only a page has its own policy.
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
