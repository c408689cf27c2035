import type { IncomingMessage } from 'node:http';
import { checkScope } from '../../../functions/api/who.ts';
import type { Incoming } from '../../adapters/file-uploads.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/record/actor.ts';

export interface UploadReceiver {
  receive(uploadId: string, incoming: Incoming): Promise<void>;
}

/** Takes a request that puts something at the address of an upload, byte by byte as it comes. False for any other request. */
export const receiveUpload = async (
  request: IncomingMessage,
  uploads: UploadReceiver,
  actor: Actor,
): Promise<boolean> => {
  const uploadId = /^\/uploads\/([^/?]+)$/.exec(request.url ?? '')?.[1];
  if (uploadId === undefined) return false;
  if (request.method !== 'PUT') {
    const message = `The address of an upload takes PUT, not ${request.method}.`;
    throw new FlotillaError('MethodNotAllowed', message, { allow: ['PUT'] });
  }
  checkScope(actor, 'deploy');
  const { 'content-type': type, 'content-length': length } = request.headers;
  // A refusal still has to be sent, so leaving the loop must not end the connection.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  await uploads.receive(uploadId, { type, length, body });
  return true;
};
