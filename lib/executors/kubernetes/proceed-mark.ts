import type { RunRequest } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Work } from './work.ts';

type Needs = Pick<Work, 'documents' | 'request'>;

const pathOf = ({ batch_id, key }: RunRequest): string => documentPaths.proceeded(batch_id, key);

/** What was said: who lets it go on, and when; and for which pause, once it was used. */
interface Proceeded {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly used?: string;
}

const readMark = async ({ documents, request }: Needs): Promise<Proceeded | undefined> => {
  const text = await documents.get(pathOf(request));
  return text === undefined ? undefined : (JSON.parse(text) as Proceeded);
};

/** Somebody lets the attempt go on. */
export const hasProceeded = async (work: Needs): Promise<boolean> => (await readMark(work)) !== undefined;

/**
 * The same for this pause, of which an attempt may have several: what was said is of the one at which it was first found, so that
 * whoever says it once lets no later pause go on.
 */
export const hasProceededAt = async (work: Needs, pause: string): Promise<boolean> => {
  const mark = await readMark(work);
  if (mark === undefined) return false;
  if (mark.used !== undefined) return mark.used === pause;
  await work.documents.put(pathOf(work.request), JSON.stringify({ ...mark, used: pause }));
  return true;
};
