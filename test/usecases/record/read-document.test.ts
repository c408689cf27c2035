import { expect, test } from 'vitest';
import { documentPaths } from '../../../lib/domain/record/keys.ts';
import { sha256Of } from '../../../lib/domain/sha256.ts';
import { mustReadManifests } from '../../../lib/usecases/record/read-document.ts';
import { MemoryDocuments } from '../../memory-documents.ts';

const text = 'kind: ConfigMap\n';

test.each<[what: string, kept: string | undefined, says: RegExp | undefined]>([
  ['as they were written', text, undefined],
  ['not there', undefined, /there is no manifests\//],
  ['another text', `${text}data: {}\n`, /does not match its SHA-256/],
])('reads manifests by their hash: %s', async (_, kept, says) => {
  const documents = new MemoryDocuments();
  if (kept !== undefined) await documents.put(documentPaths.manifests(sha256Of(text)), kept);
  const read = mustReadManifests(documents, sha256Of(text));
  if (says === undefined) expect(await read).toBe(text);
  else await expect(read).rejects.toMatchObject({ name: 'DocumentMissing', message: expect.stringMatching(says) });
});
