import type { IncomingMessage } from 'node:http';
import { checkScope } from '../../../functions/api/who.ts';
import type { FileUploads, Incoming } from '../../adapters/file-uploads.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/record/actor.ts';
import { findUpload } from '../../usecases/batch/ordered-upload.ts';
import type { Deps } from '../../usecases/deps.ts';

export interface UploadReceiver {
  /** Throws UploadNotFound for somebody else's upload. */
  receive(uploadId: string, incoming: Incoming, actor: Actor): Promise<void>;
}

/** Receives an upload at its address, byte by byte as it arrives. False for any other request. */
export const receiveUpload = async (
  request: IncomingMessage,
  uploads: UploadReceiver,
  actor: Actor,
): Promise<boolean> => {
  const uploadId = /^\/uploads\/([^/?]+)$/.exec(request.url ?? '')?.[1];
  if (uploadId === undefined || request.method === 'DELETE') return false;
  if (request.method !== 'PUT') {
    const message = `The address of an upload takes PUT and DELETE, not ${request.method}.`;
    throw new FlotillaError('MethodNotAllowed', message, { allow: ['PUT', 'DELETE'] });
  }
  checkScope(actor, 'deploy');
  const { 'content-type': type, 'content-length': length } = request.headers;
  // The rejection still has to be sent, so leaving the loop must not end the connection.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  await uploads.receive(uploadId, { type, length, body }, actor);
  return true;
};

/** An upload here needs a token. Only the client that ordered it may send it, which S3 ensures by the signature. */
export const ownUploads = (
  deps: Pick<Deps, 'table' | 'clock'>,
  files: Pick<FileUploads, 'receive'>,
): UploadReceiver => ({
  receive: async (uploadId, incoming, actor) => {
    await findUpload(deps, { actor, uploadId });
    await files.receive(uploadId, incoming);
  },
});
