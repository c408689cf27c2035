import { checkUnused } from '../../lib/usecases/batch/ordered-upload.ts';
import { beginPreview } from '../../lib/usecases/preview/begin-preview.ts';
import { readPreview } from '../../lib/usecases/preview/read-preview.ts';
import { batchOf, uploadQuery } from './request.ts';
import { type Handle, json, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { examplePreview, preview } from './schemas/preview.ts';

/** What clusters say of a batch before it is submitted. It takes longer than a request may, so it is begun and then looked at. */
export const previewRoutes: readonly Route<Handle>[] = [
  {
    method: 'POST',
    path: '/previews',
    scope: 'read',
    part: 'batches',
    contract: {
      summary: 'Begins to ask clusters what a batch would do there',
      query: uploadQuery,
      body: 'batch',
      bodyMayBeAbsent: true,
      answers: { 202: { schema: preview, example: examplePreview, description: 'It is begun: look at it by its id.' } },
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
      summary: 'Shows what clusters have said of a batch so far',
      answers: { 200: { schema: preview, example: examplePreview } },
      errors: ['PreviewNotFound'],
    },
    handle: withoutQuery(async (deps, { parameters: { id } }) =>
      json(200, await readPreview(deps, { previewId: id! })),
    ),
  },
];
