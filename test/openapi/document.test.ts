import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../functions/api/openapi/document.ts';
import { allRoutes } from '../functions/contract-check.ts';
import { compileClient } from './compile-client.ts';

const document = openApiDocument(allRoutes);

/** As somebody would write it who knows only the API's document. */
const client = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api.d.ts';

const api = createClient<paths>({ baseUrl: 'http://127.0.0.1:8080', headers: { authorization: 'Bearer …' } });

export const follow = async (id: string): Promise<components['schemas']['Status'] | undefined> => {
  const { data, error } = await api.GET('/batches/{id}', { params: { path: { id } } });
  if (error !== undefined) throw new Error(error.detail);
  const feed = await api.GET('/batches/{id}/events', { params: { path: { id }, query: { after: 0, wait: 20 } } });
  for (const { number, message } of feed.data?.events ?? []) console.log(number, message);
  return data.status;
};

export const rollBack = (id: string) =>
  api.POST('/batches/{id}/rollback', { params: { path: { id } }, body: { reason: 'It was too slow.' } });

// @ts-expect-error there is no such parameter
export const wrong = (id: string) => api.GET('/batches/{id}/events', { params: { path: { id }, query: { since: 0 } } });
`;

describe('the document', () => {
  test('is OpenAPI 3.1 without a complaint of Redocly', async () => {
    const config = await createConfig({
      extends: ['recommended-strict'],
      // Otherwise it puts its own rule into each part of a schema, and a batch file has parts. Other tests check that
      // an example has no more.
      rules: { 'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true } },
    });
    const source = JSON.stringify(document);
    const found = await lintFromString({ source, absoluteRef: '/openapi.json', config });
    expect(found.map(({ ruleId, message, location: [at] }) => `${at?.pointer} ${ruleId}: ${message}`)).toEqual([]);
  });

  test('is the same each time it is made', () => {
    expect(JSON.stringify(openApiDocument(allRoutes))).toBe(JSON.stringify(document));
  });

  test('compiles as a client of openapi-typescript', async () => {
    expect(await compileClient(document, client)).toBe('');
  });
});
