import type { KubernetesObject, RunRequest } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import { stringAt } from '../../domain/rollout/kubernetes-object.ts';
import type { Work } from './work.ts';

/** Those that a delete is of: what is made under their names since is somebody's who wants it. */
export type Doomed = ReadonlySet<string>;

export const uidIn = (object: KubernetesObject | undefined): string => stringAt(object, 'metadata', 'uid') ?? '';

const pathOf = ({ batch_id, key }: RunRequest): string => documentPaths.doomed(batch_id, key);

/** Undefined where the attempt has not begun to delete. */
export const readDoomed = async ({ documents, request }: Work): Promise<Doomed | undefined> => {
  const text = await documents.get(pathOf(request));
  return text === undefined ? undefined : new Set((JSON.parse(text) as { readonly uids: readonly string[] }).uids);
};

/** Before the first of them is deleted. */
export const noteDoomed = ({ documents, request }: Work, objects: readonly KubernetesObject[]): Promise<void> =>
  documents.put(pathOf(request), JSON.stringify({ uids: objects.map(uidIn) }));
