import type { KubernetesObject } from '../domain/ports.ts';
import { listAt, stringAt } from '../domain/rollout/kubernetes-object.ts';
import { trimmedObject } from './trimmed-object.ts';

/** One object as trimmed JSON: as an object it would take four times the memory, and few are read. */
export interface Mirrored {
  readonly name: string;
  readonly uid: string;
  readonly version: string;
  /** Uids. */
  readonly owners: readonly string[];
  readonly text: string;
}

interface Kept extends Mirrored {
  round: number;
  /** The parsed text, while somebody reads it. */
  read?: KubernetesObject;
}

/**
 * All objects of one place, whether a rollout needs them or not. A rollout that begins finds them, and the order in
 * which objects and owners arrive does not matter.
 */
export class MirroredObjects {
  readonly #kind: string;
  readonly #byName = new Map<string, Kept>();
  readonly #names = new Map<string, string>();
  readonly #owned = new Map<string, Set<string>>();
  #round = 0;
  #size = 0;

  constructor(kind: string) {
    this.#kind = kind;
  }

  /** Characters. */
  get size(): number {
    return this.#size;
  }

  /** A list begins. Objects that it has not named by its end are gone. */
  begin(): void {
    this.#round += 1;
  }

  /** Returns the objects that are gone. */
  end(): readonly Mirrored[] {
    const gone = [...this.#byName.values()].filter(({ round }) => round !== this.#round);
    for (const { name } of gone) this.#drop(name);
    return gone;
  }

  /** From a list, which is always right. */
  list(object: KubernetesObject): Mirrored {
    return this.#put(this.#mirrored(object));
  }

  /**
   * From a watch, or from a single read. Undefined if a newer version has been seen: the read was ahead of the watch.
   */
  put(object: KubernetesObject): Mirrored | undefined {
    const next = this.#mirrored(object);
    const before = this.#byName.get(next.name);
    return before?.uid === next.uid && isNewer(before.version, next.version) ? undefined : this.#put(next);
  }

  /** Undefined if another object has the name now, or none has. */
  remove(object: KubernetesObject): Mirrored | undefined {
    const name = stringAt(object, 'metadata', 'name') ?? '';
    const before = this.#byName.get(name);
    if (before === undefined || before.uid !== stringAt(object, 'metadata', 'uid')) return undefined;
    this.#drop(name);
    return before;
  }

  removeNamed(name: string): void {
    this.#drop(name);
  }

  clear(): void {
    this.#byName.clear();
    this.#names.clear();
    this.#owned.clear();
    this.#size = 0;
  }

  named(name: string): KubernetesObject | undefined {
    const found = this.#byName.get(name);
    return found === undefined ? undefined : this.#read(found);
  }

  ownedBy(uid: string): readonly KubernetesObject[] {
    return [...(this.#owned.get(uid) ?? [])].map((name) => this.#read(this.#byName.get(name)!));
  }

  byUid(uid: string): Mirrored | undefined {
    return this.#byName.get(this.#names.get(uid) ?? '');
  }

  /** Nobody reads it for now. */
  release(uid: string): void {
    const kept = this.#byName.get(this.#names.get(uid) ?? '');
    if (kept !== undefined) delete kept.read;
  }

  #read(kept: Kept): KubernetesObject {
    kept.read ??= JSON.parse(kept.text) as KubernetesObject;
    return kept.read;
  }

  #mirrored(object: KubernetesObject): Mirrored {
    // The items of a list have no kind.
    const trimmed = trimmedObject({ ...object, kind: this.#kind });
    return {
      name: stringAt(object, 'metadata', 'name') ?? '',
      uid: stringAt(object, 'metadata', 'uid') ?? '',
      version: stringAt(object, 'metadata', 'resourceVersion') ?? '',
      owners: listAt(object, 'metadata', 'ownerReferences').flatMap((owner) => stringAt(owner, 'uid') ?? []),
      text: JSON.stringify(trimmed),
    };
  }

  #put(next: Mirrored): Mirrored {
    this.#drop(next.name);
    this.#byName.set(next.name, { ...next, round: this.#round });
    this.#names.set(next.uid, next.name);
    this.#size += next.text.length;
    for (const owner of next.owners) {
      const owned = this.#owned.get(owner) ?? new Set();
      this.#owned.set(owner, owned.add(next.name));
    }
    return next;
  }

  #drop(name: string): void {
    const before = this.#byName.get(name);
    if (before === undefined) return;
    this.#byName.delete(name);
    this.#names.delete(before.uid);
    this.#size -= before.text.length;
    for (const owner of before.owners) {
      const owned = this.#owned.get(owner);
      owned?.delete(name);
      if (owned?.size === 0) this.#owned.delete(owner);
    }
  }
}

/** Versions of one resource are growing whole numbers (KEP-5504). Otherwise the last to arrive counts. */
const isNewer = (one: string, other: string): boolean =>
  /^\d+$/.test(one) && /^\d+$/.test(other) && BigInt(one) > BigInt(other);
