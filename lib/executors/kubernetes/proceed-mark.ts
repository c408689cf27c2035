import type { RunRequest } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Work } from './work.ts';

type Needs = Pick<Work, 'documents' | 'request'>;

const pathOf = ({ batch_id, key }: RunRequest): string => documentPaths.proceeded(batch_id, key);

/** What was said: who lets it go on, and when; and at which of its pauses it stood then, where it has several. */
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

/** Somebody lets the attempt go on. */
export const hasProceeded = async (work: Needs): Promise<boolean> => (await readMark(work)) !== undefined;

/**
 * The same for this pause, of which an attempt may have several: what is said of one lets no other go on. At which it waits is written
 * down before anybody is told that it does.
 */
export const hasProceededAt = async (work: Needs, pause: string): Promise<boolean> => {
  if ((await readMark(work))?.pause === pause) return true;
  const { batch_id, key } = work.request;
  const path = documentPaths.paused(batch_id, key);
  if ((await work.documents.get(path)) !== pause) await work.documents.put(path, pause);
  return false;
};
