import type { KubernetesObject, RunRequest } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import { stringAt } from '../../domain/rollout/kubernetes-object.ts';
import type { Work } from './work.ts';

/** The uids to delete. Objects created under the same names since then belong to somebody who wants them. */
export type Doomed = ReadonlySet<string>;

export const uidIn = (object: KubernetesObject | undefined): string => stringAt(object, 'metadata', 'uid') ?? '';

const pathOf = ({ batch_id, key }: RunRequest): string => documentPaths.doomed(batch_id, key);

/** Undefined if the attempt has not begun to delete. */
export const readDoomed = async ({ documents, request }: Work): Promise<Doomed | undefined> => {
  const text = await documents.get(pathOf(request));
  return text === undefined ? undefined : new Set((JSON.parse(text) as { readonly uids: readonly string[] }).uids);
};

/** Recorded before the first of them is deleted. */
export const noteDoomed = ({ documents, request }: Work, objects: readonly KubernetesObject[]): Promise<void> =>
  documents.put(pathOf(request), JSON.stringify({ uids: objects.map(uidIn) }));
