import type { Json, JsonObject } from '../json.ts';
import { annotations } from '../manifests/marks.ts';
import { maskedObject } from '../manifests/masked-object.ts';
import { mask } from '../masking/mask.ts';
import { sha256Of } from '../sha256.ts';
import { isOwnManager } from './applied.ts';
import { type FieldPath, hasField, leavesOf, type Owner, ownersOf, pathText, valueAtPath } from './owned-fields.ts';

/** One field that differs from what was deployed. */
export interface FieldDrift {
  /** `deployment shop/web`. */
  readonly object: string;
  /** `spec.replicas`; absent if the object itself is gone. */
  readonly path?: string;
  /** The deployed value. */
  readonly from?: string;
  /** The current value; absent if the field is gone. */
  readonly to?: string;
  /** The field manager that owns it now, if any. */
  readonly manager?: string;
}

/** The two sides of the comparison. */
export interface Compared {
  /** The name that people know. */
  readonly name: string;
  /** The object right after it was applied, with the owners of its fields. */
  readonly applied: JsonObject;
  /** Undefined if the object is gone. */
  readonly live: JsonObject | undefined;
  /** A HorizontalPodAutoscaler sets its replicas. */
  readonly isScaled?: boolean;
}

/**
 * What somebody changed of what was applied: fields that Flotilla owned then and no longer owns. Changing such a field
 * takes it over, so values need no comparison with what the API server makes of them. Fields that others added are
 * theirs.
 */
export const driftOfObject = ({ name, applied, live, isScaled = false }: Compared): readonly FieldDrift[] => {
  if (live === undefined) return [{ object: name }];
  const then = ownFields(applied);
  const now = ownFields(live);
  const owners = ownersOf(live).filter((owner) => !isOwn(owner));
  // A number that was deployed and later set by a scale belongs to both.
  const all = new Map(then.flatMap((fields) => leavesOf(fields)).map((path) => [pathText(path), path]));
  const taken = [...all.values()].filter((path) => {
    const isOthers = isReplicas(path) && (isScaled || lastOwner(owners, path)?.scales === true);
    return !isOthers && !isMark(path) && !now.some((fields) => hasField(fields, path));
  });
  if (taken.length === 0) return [];
  const masked = [maskedObject(applied), maskedObject(live)] as const;
  return taken.flatMap((path) => driftAt(path, { name, applied, live, owners, masked }));
};

const isOwn = ({ manager, operation }: Owner): boolean => isOwnManager(manager) && operation === 'Apply';

/** The fields of the deploying and of the scaling manager. */
const ownFields = (object: JsonObject): readonly JsonObject[] =>
  ownersOf(object)
    .filter(isOwn)
    .map(({ fields }) => fields);

const isReplicas = (path: FieldPath): boolean => path.join('/') === 'f:spec/f:replicas';

/** Each attempt writes its own mark. */
const isMark = (path: FieldPath): boolean =>
  path[1] === 'f:annotations' && Object.values(annotations).some((name) => path[2] === `f:${name}`);

interface Place extends Compared {
  readonly live: JsonObject;
  readonly owners: readonly Owner[];
  /** Both sides as they may be shown. */
  readonly masked: readonly [applied: JsonObject, live: JsonObject];
}

/** Taking a field over without changing it is no change. For secrets, only the new owner is known. */
const driftAt = (path: FieldPath, { name, applied, live, owners, masked }: Place): readonly FieldDrift[] => {
  const [from, to] = [valueAtPath(applied, path), valueAtPath(live, path)];
  if (isEqual(from, to)) return [];
  // If one side is secret, so is the other.
  const isHidden = isSecret(from, valueAtPath(masked[0], path)) || isSecret(to, valueAtPath(masked[1], path));
  const manager = lastOwner(owners, path)?.manager;
  return [
    {
      object: name,
      path: pathText(path),
      ...(from === undefined ? {} : { from: isHidden ? mask : shown(from) }),
      ...(to === undefined ? {} : { to: isHidden ? mask : shown(to) }),
      ...(manager === undefined ? {} : { manager }),
    },
  ];
};

const isEqual = (one: Json | undefined, other: Json | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Masked now, or when it was stored. */
const isSecret = (value: Json | undefined, masked: Json | undefined): boolean =>
  !isEqual(value, masked) || (JSON.stringify(value) ?? '').includes(mask);

const lastOwner = (owners: readonly Owner[], path: FieldPath): Owner | undefined =>
  owners
    .filter(({ fields }) => hasField(fields, path))
    .toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? '', 'en'))[0];

const longestShown = 200;

/** Text as it is, everything else as JSON. Long values are cut, with a SHA-256 to tell them apart. */
export const shown = (value: Json): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= longestShown) return text;
  return `${text.slice(0, longestShown)}… (${text.length} characters, SHA-256 ${sha256Of(text).slice(0, 16)})`;
};
