import * as z from 'zod';
import { batchBytes } from '../../lib/domain/batch/batch-size.ts';
import { openUpload } from '../../lib/usecases/batch/open-upload.ts';
import { giveUpUpload } from '../../lib/usecases/batch/ordered-upload.ts';
import { jsonOf } from './request.ts';
import { type Handle, json, whole, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { exampleUpload, upload } from './schemas/upload.ts';

const sha256Needed = 'the SHA-256 of the text is needed: 64 digits and letters from a to f (sha256sum)';
const uploadOrder = z.strictObject({
  bytes: whole(1, batchBytes.atMost, z.number),
  sha256: z.string({ error: sha256Needed }).regex(/^[0-9a-f]{64}$/, { error: sha256Needed }),
});

/** For batches that are too large for a request. */
export const uploadRoutes: readonly Route<Handle>[] = [
  {
    method: 'POST',
    path: '/uploads',
    scope: 'deploy',
    part: 'batches',
    contract: {
      summary: 'Opens an address for a batch that is too large for a request',
      body: uploadOrder,
      answers: { 201: { schema: upload, example: exampleUpload } },
    },
    handle: withoutQuery(async (deps, { event }) => json(201, await openUpload(deps, jsonOf(event, uploadOrder)))),
  },
  {
    method: 'DELETE',
    path: '/uploads/{id}',
    scope: 'deploy',
    part: 'batches',
    contract: {
      summary: 'Deletes an upload',
      answers: { 204: {} },
      errors: ['UploadNotFound', 'StatusConflict'],
    },
    handle: withoutQuery(async (deps, { actor, parameters: { id } }) => {
      await giveUpUpload(deps, { actor, uploadId: id! });
      return { statusCode: 204 };
    }),
  },
];
