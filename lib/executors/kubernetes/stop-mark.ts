import type { RunRequest } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Work } from './work.ts';

const pathOf = ({ batch_id, key }: RunRequest): string => documentPaths.stopped(batch_id, key);

/** Every look checks this mark before its next write. */
export const markStopped = ({ documents, request }: Pick<Work, 'documents' | 'request'>): Promise<void> =>
  documents.put(pathOf(request), 'stopped\n');

export const isStopped = async ({ documents, request }: Pick<Work, 'documents' | 'request'>): Promise<boolean> =>
  (await documents.get(pathOf(request))) !== undefined;
