import { isObject, type JsonObject } from '../json.ts';
import { fieldManager, scaleManager } from '../manifests/marks.ts';
import { maskedObject } from '../manifests/masked-object.ts';
import { addressOf } from '../manifests/object-address.ts';
import type { ObjectAddress } from '../ports.ts';
import { listAt, stringAt } from '../rollout/kubernetes-object.ts';
import { isSamePlace, type Place } from '../schedule/place.ts';
import { sha256Of } from '../sha256.ts';

/**
 * `manifests/applied/<label>.json`: what the executor `kubernetes` last applied for an owner. One document, rewritten
 * by each apply.
 */
export interface AppliedObjects extends Place {
  /** `RunRequest.key`. */
  readonly attempt: string;
  readonly objects: readonly JsonObject[];
}

/** What runs instead of what was applied: our part of each object as it is now. Objects that are gone are left out. */
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
 * The document of an adoption, `manifests/adopted/<sha256>.json`, which NOW refers to. One that NOW does not name has
 * no effect. Undefined if it is missing, or does not match its name.
 */
export const parseAdopted = (text: string | undefined, sha256: string): AppliedObjects | undefined =>
  text !== undefined && sha256Of(text) === sha256 ? (JSON.parse(text) as AppliedObjects) : undefined;

/** What was applied last, or adopted in its place. A later apply wins. */
export const latestApplied = (
  applied: AppliedObjects | undefined,
  adopted: AppliedObjects | undefined,
): AppliedObjects | undefined => {
  if (applied === undefined || adopted === undefined) return applied ?? adopted;
  return isSamePlace(applied, adopted) && applied.attempt === adopted.attempt ? adopted : applied;
};

/** The managers through which Flotilla owns fields for good: for deploys and for scales. */
export const isOwnManager = (manager: string | undefined): boolean =>
  manager === fieldManager || manager === scaleManager;

/**
 * What is kept of an applied object: its content and which fields were ours. No status and no secrets: anyone who may
 * read the stage may read documents.
 */
export const keptApplied = (object: JsonObject): JsonObject => {
  const { status: _, metadata, ...rest } = maskedObject(object);
  const own = listAt(object, 'metadata', 'managedFields').filter(
    (entry) => isOwnManager(stringAt(entry, 'manager')) && stringAt(entry, 'operation') === 'Apply',
  );
  return { ...rest, metadata: { ...(isObject(metadata) ? metadata : {}), managedFields: own } };
};

/** The key of an object among others. */
export const keyOfAddress = ({ api_version, kind, namespace = '', name }: ObjectAddress): string =>
  `${api_version}/${kind}/${namespace}/${name}`;

/** What was applied before, updated with what was applied since. */
export const mergeApplied = (before: readonly JsonObject[], since: readonly JsonObject[]): readonly JsonObject[] => [
  ...new Map([...before, ...since].map((one) => [keyOfAddress(addressOf(one)), one])).values(),
];

/** `deployment shop/web`, as people write it. */
export const nameOfAddress = ({ kind, namespace, name }: ObjectAddress): string =>
  `${kind.toLowerCase()} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
