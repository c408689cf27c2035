import type { Documents } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';

const manifests = /^manifests\/([0-9a-f]{64})\.yaml$/;

const nothingIsWritten = async (): Promise<never> => {
  throw new Error('a preview writes nothing');
};

/** What a preview applies is in its own copy. Everything else it reads like a deployment. */
export const previewedDocuments = (documents: Documents, previewId: string): Documents => ({
  get: async (path) => {
    const sha256 = manifests.exec(path)?.[1];
    const own = sha256 && (await documents.get(documentPaths.previewed(previewId, sha256)));
    return own ?? documents.get(path);
  },
  put: nothingIsWritten,
  remove: nothingIsWritten,
});
