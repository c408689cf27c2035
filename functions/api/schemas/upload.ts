import * as z from 'zod';
import type { UploadView } from '../../../lib/usecases/batch/open-upload.ts';
import { time } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const upload = viewSchema<UploadView>()(
  z.object({
    upload_id: z.string(),
    url: z.string().describe('Send the text here, with `method` and all `headers`.'),
    method: z.literal('PUT'),
    headers: z.record(z.string(), z.string()),
    expires_at: time,
  }),
).meta({ id: 'Upload' });

export const exampleUpload = {
  upload_id: '3f1c9a8e5b7d4c2f8a6e0b1d2c3f4a5b',
  url: '/uploads/3f1c9a8e5b7d4c2f8a6e0b1d2c3f4a5b',
  method: 'PUT',
  headers: { 'content-type': 'application/octet-stream' },
  expires_at: '2026-11-21T14:42:37.000Z',
};
