import type { RunRequest } from '../../../domain/ports.ts';
import { documentPaths } from '../../../domain/record/keys.ts';
import type { Work } from '../work.ts';

type Needs = Pick<Work, 'documents' | 'request'>;

/** Why an attempt goes back. */
export interface Back {
  readonly phase: 'failed' | 'aborted';
  readonly reason: string;
  readonly message: string;
  readonly retryable: boolean;
  /** When it was decided, in milliseconds since 1970. */
  readonly at?: number;
}

const pathOf = ({ batch_id, key }: RunRequest): string => documentPaths.back(batch_id, key);

export const readBack = async ({ documents, request }: Needs): Promise<Back | undefined> => {
  const text = await documents.get(pathOf(request));
  return text === undefined ? undefined : (JSON.parse(text) as Back);
};

/**
 * Recorded before anything is taken back. When nobody uses the new version any more, its numbers become good again, and
 * that must not send it forward again.
 */
export const markBack = async (
  { documents, request, clock }: Needs & Pick<Work, 'clock'>,
  back: Back,
): Promise<Back> => {
  const marked = { ...back, at: clock.now() };
  await documents.put(pathOf(request), JSON.stringify(marked));
  return marked;
};
