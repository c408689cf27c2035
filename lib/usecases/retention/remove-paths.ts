import { partsOf } from '../../domain/parts-of.ts';
import type { Deps } from '../deps.ts';

const documentsAtOnce = 20;

/** Removes these documents, some at a time. */
export const removePaths = async ({ documents }: Pick<Deps, 'documents'>, paths: readonly string[]): Promise<void> => {
  for (const some of partsOf(paths, documentsAtOnce)) {
    await Promise.all(some.map((path) => documents.remove(path)));
  }
};
