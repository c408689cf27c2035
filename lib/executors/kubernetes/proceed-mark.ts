import type { RunRequest } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Work } from './work.ts';

type Needs = Pick<Work, 'documents' | 'request'>;

const pathOf = ({ batch_id, key }: RunRequest): string => documentPaths.proceeded(batch_id, key);

/** A decision: who lets it go on, when, and if it has several pauses, at which one. */
interface Proceeded {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly pause?: string;
}

const readMark = async ({ documents, request }: Needs): Promise<Proceeded | undefined> => {
  const text = await documents.get(pathOf(request));
  return text === undefined ? undefined : (JSON.parse(text) as Proceeded);
};

/** Whether somebody has let the attempt go on. */
export const hasProceeded = async (work: Needs): Promise<boolean> => (await readMark(work)) !== undefined;

/**
 * The same for one pause of several: a decision about one does not apply to another. Records the current pause before
 * the attempt reports that it waits.
 */
export const hasProceededAt = async (work: Needs, pause: string): Promise<boolean> => {
  if ((await readMark(work))?.pause === pause) return true;
  const { batch_id, key } = work.request;
  const path = documentPaths.paused(batch_id, key);
  if ((await work.documents.get(path)) !== pause) await work.documents.put(path, pause);
  return false;
};
