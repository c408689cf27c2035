import type { RunRequest } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Work } from './work.ts';

type Needs = Pick<Work, 'documents' | 'request'>;

const pathOf = ({ batch_id, key }: RunRequest): string => documentPaths.proceeded(batch_id, key);

/** Who lets it go on, and when. */
export interface Proceeded {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Whoever looks at the attempt next lets it go on, in whichever process. */
export const markProceeded = ({ documents, request }: Needs, proceeded: Proceeded): Promise<void> =>
  documents.put(pathOf(request), JSON.stringify(proceeded));

export const hasProceeded = async ({ documents, request }: Needs): Promise<boolean> =>
  (await documents.get(pathOf(request))) !== undefined;
