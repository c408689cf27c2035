import { isObject, type JsonObject } from '../json.ts';
import { fieldManager } from '../manifests/marks.ts';
import type { ObjectAddress } from '../ports.ts';
import { listAt, stringAt } from '../rollout/kubernetes-object.ts';
import type { Place } from '../schedule/place.ts';

/** `manifests/applied/<label>.json`: what the executor `kubernetes` applied last at a target. One document, written anew by each apply. */
export interface AppliedObjects extends Place {
  readonly objects: readonly JsonObject[];
}

/** What is kept of an object that was applied: what it says, and which of it was ours. Not its status, and nobody else's fields. */
export const keptApplied = (object: JsonObject): JsonObject => {
  const { status: _, metadata, ...rest } = object;
  const own = listAt(object, 'metadata', 'managedFields').filter(
    (entry) => stringAt(entry, 'manager') === fieldManager && stringAt(entry, 'operation') === 'Apply',
  );
  return { ...rest, metadata: { ...(isObject(metadata) ? metadata : {}), managedFields: own } };
};

/** By which an object is found among others. */
export const keyOfAddress = ({ api_version, kind, namespace = '', name }: ObjectAddress): string =>
  `${api_version}/${kind}/${namespace}/${name}`;

/** `deployment shop/web`, as people say it. */
export const nameOfAddress = ({ kind, namespace, name }: ObjectAddress): string =>
  `${kind.toLowerCase()} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
