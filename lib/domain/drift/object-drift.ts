import type { Json, JsonObject } from '../json.ts';
import { annotations } from '../manifests/marks.ts';
import { maskedObject } from '../manifests/masked-object.ts';
import { mask } from '../masking/mask.ts';
import { sha256Of } from '../sha256.ts';
import { isOwnManager } from './applied.ts';
import { type FieldPath, hasField, leavesOf, type Owner, ownersOf, pathText, valueAtPath } from './owned-fields.ts';

/** One field that is not as it was deployed. */
export interface FieldDrift {
  /** `deployment shop/web`. */
  readonly object: string;
  /** `spec.replicas`; absent where the object itself is gone. */
  readonly path?: string;
  /** As it was deployed. */
  readonly from?: string;
  /** As it is now; absent where it is gone. */
  readonly to?: string;
  /** The field manager who has it now, where anybody has. */
  readonly manager?: string;
}

/** What is compared. */
export interface Compared {
  /** By which people know it. */
  readonly name: string;
  /** As it stood there when it had been applied, with who owned what. */
  readonly applied: JsonObject;
  /** Undefined where there is none any more. */
  readonly live: JsonObject | undefined;
  /** A HorizontalPodAutoscaler sets its replicas. */
  readonly isScaled?: boolean;
}

/**
 * What somebody has changed of what was applied: fields that Flotilla owned then, and does not own any more. Whoever changes such a field
 * takes it over, so that no value needs to be compared with what the API server makes of it. What others have added is theirs.
 */
export const driftOfObject = ({ name, applied, live, isScaled = false }: Compared): readonly FieldDrift[] => {
  if (live === undefined) return [{ object: name }];
  const then = ownFields(applied);
  const now = ownFields(live);
  const owners = ownersOf(live).filter((owner) => !isOwn(owner));
  // A number that was deployed and set again by a scale belongs to both.
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

/** Of who deploys, and of who scales. */
const ownFields = (object: JsonObject): readonly JsonObject[] =>
  ownersOf(object)
    .filter(isOwn)
    .map(({ fields }) => fields);

const isReplicas = (path: FieldPath): boolean => path.join('/') === 'f:spec/f:replicas';

/** Every attempt writes its own. */
const isMark = (path: FieldPath): boolean =>
  path[1] === 'f:annotations' && Object.values(annotations).some((name) => path[2] === `f:${name}`);

interface Place extends Compared {
  readonly live: JsonObject;
  readonly owners: readonly Owner[];
  /** What may be shown of the two. */
  readonly masked: readonly [applied: JsonObject, live: JsonObject];
}

/** Who has taken a field over without changing it has changed nothing. Of a secret only that somebody has it now is known. */
const driftAt = (path: FieldPath, { name, applied, live, owners, masked }: Place): readonly FieldDrift[] => {
  const [from, to] = [valueAtPath(applied, path), valueAtPath(live, path)];
  if (isEqual(from, to)) return [];
  // Where one of the two is a secret, so is the other.
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

/** Masked now, or when it was kept. */
const isSecret = (value: Json | undefined, masked: Json | undefined): boolean =>
  !isEqual(value, masked) || (JSON.stringify(value) ?? '').includes(mask);

const lastOwner = (owners: readonly Owner[], path: FieldPath): Owner | undefined =>
  owners
    .filter(({ fields }) => hasField(fields, path))
    .toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? '', 'en'))[0];

const longestShown = 200;

/** A text as it is, all else as JSON; what is long is cut, and told apart by its SHA-256 from what begins the same. */
export const shown = (value: Json): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= longestShown) return text;
  return `${text.slice(0, longestShown)}… (${text.length} characters, SHA-256 ${sha256Of(text).slice(0, 16)})`;
};
