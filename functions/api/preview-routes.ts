import { checkUnused } from '../../lib/usecases/batch/ordered-upload.ts';
import { beginPreview } from '../../lib/usecases/preview/begin-preview.ts';
import { readPreview } from '../../lib/usecases/preview/read-preview.ts';
import { batchOf, uploadQuery } from './request.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { examplePreview, preview } from './schemas/preview.ts';

/**
 * Asks clusters about a batch before it is submitted. That takes longer than a request may, so one request starts it
 * and others read it.
 */
export const previewRoutes: readonly Route<Handle>[] = [
  {
    method: 'POST',
    path: '/previews',
    scope: 'read',
    part: 'batches',
    contract: {
      summary: 'Starts asking clusters what a batch would do there',
      query: uploadQuery,
      body: 'batch',
      bodyMayBeAbsent: true,
      answers: { 202: { schema: preview, example: examplePreview, description: 'It has started. Read it by its id.' } },
      errors: ['StatusConflict', 'WorkflowUnavailable'],
    },
    handle: async (deps, { event, actor }) => {
      const { text, upload } = await batchOf(deps, { event, actor });
      if (upload !== undefined) checkUnused(upload);
      const begun = await beginPreview(deps, { text });
      return json(202, begun, { location: `/previews/${begun.preview_id}` });
    },
  },
  {
    method: 'GET',
    path: '/previews/{id}',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Shows what clusters have said about a batch so far',
      answers: { 200: { schema: preview, example: examplePreview } },
      errors: ['PreviewNotFound'],
    },
    handle: withoutQuery(async (deps, { parameters: { id } }) =>
      json(200, await readPreview(deps, { previewId: id! })),
    ),
  },
];
