import type { IncomingMessage } from 'node:http';
import { maxBodyBytes, tooLarge } from '../../../functions/api/request.ts';

/** Reads a request's body up to the limit. A body that is too large is rejected at once, not at its end. */
export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of chunksOf(request)) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Skips a body that nobody reads, within the same limit, and keeps none of it. */
export const skipBody = async (request: IncomingMessage): Promise<void> => {
  for await (const _ of chunksOf(request));
};

async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  let size = 0;
  // The rejection still has to be sent, so leaving the loop must not end the connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooLarge();
    yield chunk;
  }
}
