import type { LockRow } from '../record/rows.ts';
import { isSamePlace, type Place } from './place.ts';

export type Lock = Omit<LockRow, 'name'>;

/**
 * Who has which lock: by name, as stored, and by deployment, so that all its locks are found whatever its sheet says.
 * Also, in memory only, who waits for one.
 */
export class Locks {
  readonly #byName = new Map<string, Lock>();
  readonly #byBatch = new Map<string, Map<number, Set<string>>>();
  /** By name. May contain some that no longer wait. */
  readonly #waiters = new Map<string, Map<string, Place>>();
  readonly #waiting = new Set<string>();

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): Lock | undefined {
    return this.#byName.get(name);
  }

  values(): Iterable<Lock> {
    return this.#byName.values();
  }

  [Symbol.iterator](): Iterator<[string, Lock]> {
    return this.#byName[Symbol.iterator]();
  }

  /** Gives a lock to a deployment; undefined frees it. */
  set(name: string, lock: Lock | undefined): void {
    const before = this.#byName.get(name);
    if (before !== undefined) this.#forget(name, before);
    if (lock === undefined) return;
    this.#byName.set(name, lock);
    const ofBatch = this.#byBatch.get(lock.batch_id) ?? new Map<number, Set<string>>();
    this.#byBatch.set(lock.batch_id, ofBatch);
    ofBatch.set(lock.index, (ofBatch.get(lock.index) ?? new Set()).add(name));
  }

  #forget(name: string, { batch_id, index }: Lock): void {
    this.#byName.delete(name);
    const ofBatch = this.#byBatch.get(batch_id)!;
    const names = ofBatch.get(index)!;
    names.delete(name);
    if (names.size === 0) ofBatch.delete(index);
    if (ofBatch.size === 0) this.#byBatch.delete(batch_id);
  }

  /** The sorted names of all locks that a deployment has. */
  of({ batch_id, index }: Place): readonly string[] {
    return [...(this.#byBatch.get(batch_id)?.get(index) ?? [])].sort();
  }

  /** The deployments of a batch for which locks are reserved but not used yet. */
  reservedBy(batchId: string): readonly Place[] {
    return [...(this.#byBatch.get(batchId) ?? [])]
      .filter(([, names]) => [...names].some((name) => this.get(name)?.state === 'reserved'))
      .map(([index]) => ({ batch_id: batchId, index }));
  }

  /** The holder, unless it is the caller itself. */
  takenFrom(place: Place, name: string): Lock | undefined {
    const lock = this.get(name);
    return lock === undefined || isSamePlace(lock, place) ? undefined : lock;
  }

  /** The deployment is woken when any of these locks changes. */
  wait(place: Place, names: readonly string[]): void {
    const key = keyOf(place);
    this.#waiting.add(key);
    for (const name of names) {
      const waiters = this.#waiters.get(name) ?? new Map<string, Place>();
      this.#waiters.set(name, waiters.set(key, place));
    }
  }

  /** Removes and returns those who waited for a lock. */
  wake(name: string): readonly Place[] {
    const waiters = this.#waiters.get(name) ?? new Map<string, Place>();
    this.#waiters.delete(name);
    return [...waiters].flatMap(([key, place]) => (this.#waiting.delete(key) ? [place] : []));
  }
}

const keyOf = ({ batch_id, index }: Place): string => `${batch_id}#${index}`;

/** The holder of a lock, in words. */
export const describeHolder = ({ batch_id, key }: Pick<Lock, 'batch_id' | 'key'>): string =>
  key === undefined ? `batch ${batch_id}` : `${key} of batch ${batch_id}`;
