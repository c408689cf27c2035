import { isObject, type JsonObject } from '../json.ts';
import { fieldManager, scaleManager } from '../manifests/marks.ts';
import { maskedObject } from '../manifests/masked-object.ts';
import { addressOf } from '../manifests/object-address.ts';
import type { ObjectAddress } from '../ports.ts';
import { listAt, stringAt } from '../rollout/kubernetes-object.ts';
import { isSamePlace, type Place } from '../schedule/place.ts';
import { sha256Of } from '../sha256.ts';

/** `manifests/applied/<label>.json`: what the executor `kubernetes` applied last for an owner. One document, written anew by each apply. */
export interface AppliedObjects extends Place {
  /** `RunRequest.key`. */
  readonly attempt: string;
  readonly objects: readonly JsonObject[];
}

/** What runs instead of what was applied: of each object that somebody could see what is ours of it now; what is gone is left out. */
export const adoptObjects = (
  applied: AppliedObjects,
  find: (address: ObjectAddress) => JsonObject | undefined | 'unknown',
): AppliedObjects => ({
  ...applied,
  objects: applied.objects.flatMap((object) => {
    const live = find(addressOf(object));
    if (live === 'unknown') return [object];
    return live === undefined ? [] : [keptApplied(live)];
  }),
});

/**
 * The document of an adoption, `manifests/adopted/<sha256>.json`, as NOW refers to it: one that NOW does not name counts for nothing.
 * Undefined where it is not there, or is not what its name says.
 */
export const parseAdopted = (text: string | undefined, sha256: string): AppliedObjects | undefined =>
  text !== undefined && sha256Of(text) === sha256 ? (JSON.parse(text) as AppliedObjects) : undefined;

/** What was applied last, or what was taken as right in its place. What was applied after that counts for more. */
export const latestApplied = (
  applied: AppliedObjects | undefined,
  adopted: AppliedObjects | undefined,
): AppliedObjects | undefined => {
  if (applied === undefined || adopted === undefined) return applied ?? adopted;
  return isSamePlace(applied, adopted) && applied.attempt === adopted.attempt ? adopted : applied;
};

/** Those by which Flotilla owns fields for good: that of deploys, and that of scales. */
export const isOwnManager = (manager: string | undefined): boolean =>
  manager === fieldManager || manager === scaleManager;

/**
 * What is kept of an object that was applied: what it says, and which of it was ours. Not its status, and no secret: documents are read by
 * whoever may read the stage.
 */
export const keptApplied = (object: JsonObject): JsonObject => {
  const { status: _, metadata, ...rest } = maskedObject(object);
  const own = listAt(object, 'metadata', 'managedFields').filter(
    (entry) => isOwnManager(stringAt(entry, 'manager')) && stringAt(entry, 'operation') === 'Apply',
  );
  return { ...rest, metadata: { ...(isObject(metadata) ? metadata : {}), managedFields: own } };
};

/** By which an object is found among others. */
export const keyOfAddress = ({ api_version, kind, namespace = '', name }: ObjectAddress): string =>
  `${api_version}/${kind}/${namespace}/${name}`;

/** What was applied before, with what was applied since in its place. */
export const mergeApplied = (before: readonly JsonObject[], since: readonly JsonObject[]): readonly JsonObject[] => [
  ...new Map([...before, ...since].map((one) => [keyOfAddress(addressOf(one)), one])).values(),
];

/** `deployment shop/web`, as people say it. */
export const nameOfAddress = ({ kind, namespace, name }: ObjectAddress): string =>
  `${kind.toLowerCase()} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
