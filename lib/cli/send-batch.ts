import { createHash } from 'node:crypto';
import { batchBytes, mebibytes } from '../domain/batch/batch-size.ts';
import type { UploadView } from '../usecases/batch/open-upload.ts';
import type { Answered, ApiClient } from './api-client.ts';
import type { BatchFile } from './command-context.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { posting } from './posting.ts';

const yamlHeaders = { 'content-type': 'application/yaml' } as const;

/** Posts a batch: as the body, or by an upload if it exceeds the request limit. */
export const sendBatch = async <Answer>(
  client: ApiClient,
  path: '/batches' | '/batches/plan' | '/previews',
  { text, name }: BatchFile,
  { headers = {}, signal }: { readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
): Promise<Answered<Answer>> => {
  const bytes = new TextEncoder().encode(text);
  const send = { method: 'POST', file: name, ...(signal === undefined ? {} : { signal }) } as const;
  if (bytes.length <= batchBytes.inRequest) {
    return client.send<Answer>(path, { ...send, body: text, headers: { ...yamlHeaders, ...headers } });
  }
  if (bytes.length > batchBytes.atMost) throw tooLarge(name, bytes.length);
  const order = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  const upload = await client.ask<UploadView>('/uploads', { ...send, ...posting(order) });
  let isUsed = false;
  try {
    await client.put(upload, bytes, signal);
    const answered = await client.send<Answer>(`${path}?upload=${upload.upload_id}`, { ...send, headers });
    isUsed = path === '/batches' && answered.status === accepted;
    return answered;
  } finally {
    // A user with too many open uploads gets no other. If nobody answers, it expires by itself.
    if (!isUsed) await client.drop(`/uploads/${upload.upload_id}`, signal).catch(() => {});
  }
};

/** The API's answer for a new batch, which has used its upload. */
const accepted = 202;

const tooLarge = (name: string, bytes: number): CommandFailure => {
  const message = `${name} has ${mebibytes(bytes)}; a batch may have ${mebibytes(batchBytes.atMost)}. Make several of it.`;
  return new CommandFailure(exitStatus.usage, [message]);
};
