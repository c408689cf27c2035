import { isJson } from '../../domain/batch/is-json.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkWholeBatch, findSeenBatch } from '../grants/seen-batch.ts';

/** The submitted text, byte for byte. */
export interface BatchSource {
  readonly batch_id: string;
  /** Says what the text is: JSON sent as YAML, which it also is, counts as JSON. */
  readonly content_type: 'application/json' | 'application/yaml';
  readonly text: string;
}

/** The source is all or nothing, so only a caller who may see the whole batch gets it. */
export const readSource = async (
  deps: Pick<Deps, 'table' | 'documents'> & AskedBy,
  input: { readonly batchId: string },
): Promise<BatchSource> => {
  const header = await findSeenBatch(deps, input.batchId);
  await checkWholeBatch(deps, header, 'read');
  const { batch_id } = header;
  const path = documentPaths.source(batch_id);
  const text = await deps.documents.get(path);
  if (text === undefined) throw new FlotillaError('DocumentMissing', `there is no ${path}`);
  return { batch_id, content_type: isJson(text) ? 'application/json' : 'application/yaml', text };
};
