import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Batch } from './batch.ts';
import type { Issue } from './issues.ts';

export type ParsedBatch = { readonly batch: Batch; readonly warnings: readonly string[] };
/** `yaml`: the text cannot be read at all. `schema`: it can, and says something that is not allowed. */
export type RefusedBatch = { readonly kind: 'yaml' | 'schema'; readonly issues: readonly Issue[] };

/** Reads a batch from YAML or JSON. Gives the normalised batch or every problem at once. */
export const parseBatch = (text: string, catalogue: Catalogue): ParsedBatch | RefusedBatch => {
  throw new Error(`being written: ${text.length} ${catalogue.simulated}`);
};
