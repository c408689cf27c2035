import type { JsonObject } from '../../lib/domain/json.ts';
import { openApiDocument } from './openapi/document.ts';
import type { PromisedRoute } from './openapi/operation.ts';
import { referencePage } from './openapi/page.ts';
import { pagePolicy } from './openapi/page-style.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { openApi, page } from './schemas/reference.ts';

/** Routes that describe all these routes and themselves. Both documents are made on first use and kept. */
export const referenceRoutes = (others: readonly PromisedRoute[]): readonly (Route<Handle> & PromisedRoute)[] => {
  let document: JsonObject | undefined;
  let text: string | undefined;
  const made = (): JsonObject => {
    document ??= openApiDocument([...others, ...own]);
    return document;
  };
  const pageAt = (path: string, summary: string): Route<Handle> & PromisedRoute => ({
    ...{ method: 'GET', path, scope: 'read', part: 'reads' },
    contract: { summary, forAnyone: true, answers: { 200: { schema: page, type: 'text/html; charset=utf-8' } } },
    handle: withoutQuery(async () => {
      text ??= referencePage(made());
      const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy };
      return { statusCode: 200, headers, body: text };
    }),
  });
  const own: readonly (Route<Handle> & PromisedRoute)[] = [
    {
      method: 'GET',
      path: '/openapi.json',
      scope: 'read',
      part: 'reads',
      contract: {
        summary: 'This API as a document of OpenAPI 3.1',
        forAnyone: true,
        answers: { 200: { schema: openApi } },
      },
      handle: withoutQuery(async () => json(200, made())),
    },
    pageAt('/docs', 'This API as a page to read'),
    // Clients of deployment requests look for it here.
    pageAt('/swagger/{page+}', 'This API as a page to read, at an address that other servers use'),
  ];
  return own;
};
