import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { alreadyExists, notFound } from './api-status.ts';
import { type KubeObject, timestamp } from './kube-object.ts';
import { apiVersionOf, type Resource, resourceOf } from './resources.ts';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface Change {
  readonly version: number;
  readonly type: ChangeType;
  readonly resource: Resource;
  readonly object: KubeObject;
}

interface Entry {
  readonly object: KubeObject;
  json?: string;
}

/** How many changes a watch may lag behind before it gets 410 and must list again. */
const historyLimit = 2_000;

/**
 * The objects. They never change in place: a change stores a copy with a new resourceVersion. So earlier reads and
 * lists stay valid, and the JSON of an unchanged object is made once.
 */
export class Store {
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #owned = new Map<string, Map<string, Resource>>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #history: Change[] = [];
  readonly #now: () => number;
  #version = 1;

  constructor(now: () => number) {
    this.#now = now;
  }

  get version(): string {
    return String(this.#version);
  }

  /** Takes over objects as they were, in the order of their creation. Watches see nothing of it. */
  restore(objects: readonly KubeObject[], version: number): void {
    this.#version = Math.max(this.#version, version);
    for (const object of objects) {
      this.#version = Math.max(this.#version, Number(object.metadata.resourceVersion));
      this.#enter(resourceOf(object.kind, object.apiVersion), object);
    }
  }

  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The changes after a version; undefined if some are no longer known. */
  changesAfter(version: number): readonly Change[] | undefined {
    const oldest = this.#history[0]?.version ?? this.#version + 1;
    if (version + 1 < oldest && version < this.#version) return undefined;
    return this.#history.filter((change) => change.version > version);
  }

  /** Acts like a restarted API server: every watch must list again. */
  forgetChanges(): void {
    this.#history.length = 0;
  }

  get(resource: Resource, namespace: string, name: string): KubeObject | undefined {
    return this.#of(resource).get(`${namespace}/${name}`)?.object;
  }

  list(resource: Resource, namespace?: string): readonly KubeObject[] {
    const all = [...this.#of(resource).values()].map(({ object }) => object);
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  json(object: KubeObject): string {
    const entry = this.#of(resourceOf(object.kind, object.apiVersion)).get(keyOf(object));
    if (entry?.object !== object) return JSON.stringify(object);
    entry.json ??= JSON.stringify(object);
    return entry.json;
  }

  /** What an owner owns of one kind, in the order of creation. */
  ownedBy<Kind extends KubeObject>(uid: string, kind: string): readonly Kind[] {
    const resource = resourceOf(kind);
    const keys = [...(this.#owned.get(uid) ?? [])].filter(([, of]) => of === resource);
    return keys.flatMap(([key]) => {
      const object = this.#of(resource).get(key.slice(key.indexOf(' ') + 1))?.object;
      return object === undefined ? [] : [object as Kind];
    });
  }

  create(object: Omit<KubeObject, 'metadata'> & { metadata: Partial<KubeObject['metadata']> }): KubeObject {
    const resource = resourceOf(String(object.kind), object.apiVersion as string | undefined);
    const name = object.metadata.name ?? `${object.metadata.generateName ?? ''}${randomUUID().slice(0, 5)}`;
    const made: KubeObject = {
      ...(object as Omit<KubeObject, 'metadata'>),
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: {
        ...object.metadata,
        name,
        uid: randomUUID(),
        resourceVersion: '',
        ...(resource.hasGeneration && { generation: 1 }),
        creationTimestamp: timestamp(this.#now()),
      },
    };
    if (this.#of(resource).has(keyOf(made))) throw alreadyExists(resource.plural, name);
    return this.#put('ADDED', resource, made);
  }

  /** Stores a changed copy; does nothing without a difference. A different `spec` increases the generation. */
  replace(next: KubeObject): KubeObject {
    const resource = resourceOf(next.kind, next.apiVersion);
    const before = this.#of(resource).get(keyOf(next))?.object;
    if (before === undefined) throw notFound(resource.plural, next.metadata.name);
    const sameSpec = isDeepStrictEqual(before.spec, next.spec);
    const generation = (before.metadata.generation ?? 0) + (sameSpec ? 0 : 1);
    const { resourceVersion, uid, creationTimestamp } = before.metadata;
    const metadata = { ...next.metadata, resourceVersion, uid, creationTimestamp };
    const made = { ...next, metadata: resource.hasGeneration ? { ...metadata, generation } : metadata };
    return isDeepStrictEqual(before, made) ? before : this.#put('MODIFIED', resource, made);
  }

  /** Changes a copy of the newest version. Returns undefined if the object is gone. */
  update<Kind extends KubeObject>(object: Kind, change: (draft: Kind) => void): Kind | undefined {
    const newest = this.get(
      resourceOf(object.kind, object.apiVersion),
      object.metadata.namespace ?? '',
      object.metadata.name,
    );
    if (newest === undefined || newest.metadata.uid !== object.metadata.uid) return undefined;
    const draft = structuredClone(newest) as Kind;
    change(draft);
    return this.replace(draft) as Kind;
  }

  /** Removes an object and, as the garbage collector does, everything that it owns. */
  remove(object: KubeObject): void {
    const resource = resourceOf(object.kind, object.apiVersion);
    const entries = this.#of(resource);
    const newest = entries.get(keyOf(object))?.object;
    if (newest === undefined || newest.metadata.uid !== object.metadata.uid) return;
    entries.delete(keyOf(object));
    for (const { uid } of newest.metadata.ownerReferences ?? []) this.#owned.get(uid)?.delete(ownedKey(newest));
    this.#version += 1;
    const metadata = { ...newest.metadata, resourceVersion: this.version };
    this.#tell({ version: this.#version, type: 'DELETED', resource, object: { ...newest, metadata } });
    const owned = [...(this.#owned.get(newest.metadata.uid) ?? [])];
    this.#owned.delete(newest.metadata.uid);
    for (const [key, of] of owned) {
      const child = this.#of(of).get(key.slice(key.indexOf(' ') + 1))?.object;
      if (child !== undefined) this.remove(child);
    }
  }

  #put(type: ChangeType, resource: Resource, object: KubeObject): KubeObject {
    this.#version += 1;
    const made = { ...object, metadata: { ...object.metadata, resourceVersion: this.version } };
    this.#enter(resource, made);
    this.#tell({ version: this.#version, type, resource, object: made });
    return made;
  }

  #enter(resource: Resource, object: KubeObject): void {
    this.#of(resource).set(keyOf(object), { object });
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(uid) ?? new Map<string, Resource>();
      this.#owned.set(uid, owned.set(ownedKey(object), resource));
    }
  }

  #tell(change: Change): void {
    this.#history.push(change);
    if (this.#history.length > historyLimit * 2) this.#history.splice(0, historyLimit);
    for (const listener of this.#listeners) listener(change);
  }

  #of(resource: Resource): Map<string, Entry> {
    const name = `${resource.plural}.${resource.group}`;
    const entries = this.#entries.get(name) ?? new Map<string, Entry>();
    this.#entries.set(name, entries);
    return entries;
  }
}

export const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
const ownedKey = (object: KubeObject): string => `${object.kind} ${keyOf(object)}`;
