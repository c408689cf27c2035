import type { KubernetesObject } from '../domain/ports.ts';
import { objectAt, stringAt, valueAt } from '../domain/rollout/kubernetes-object.ts';

/** Per namespace. Rollouts in flight have a few hundred at most, and an event may arrive before its object. */
const mostKept = 2_000;

const longestMessage = 1_000;

const fields = [
  'type',
  'reason',
  'count',
  'series',
  'firstTimestamp',
  'lastTimestamp',
  'eventTime',
  'source',
  'reportingComponent',
] as const;

/** A namespace's newest warning events and, while there is room, events of unknown objects too. */
export class MirroredEvents {
  readonly #kept = new Map<string, KubernetesObject>();
  readonly #byObject = new Map<string, Map<string, KubernetesObject>>();
  readonly #isWanted: (uid: string) => boolean;

  /** `isWanted`: whether a rollout in flight involves the object with this uid, as far as is known. */
  constructor(isWanted: (uid: string) => boolean) {
    this.#isWanted = isWanted;
  }

  /** Returns the uid of the event's object. */
  put(event: KubernetesObject): string {
    const name = nameOf(event);
    this.remove(event);
    const about = stringAt(event, 'involvedObject', 'uid') ?? '';
    const trimmed = trimmedEvent(event);
    this.#kept.set(name, trimmed);
    const known = this.#byObject.get(about) ?? new Map<string, KubernetesObject>();
    this.#byObject.set(about, known.set(name, trimmed));
    if (this.#kept.size > mostKept) this.#makeRoom();
    return about;
  }

  remove(event: KubernetesObject): void {
    const name = nameOf(event);
    const before = this.#kept.get(name);
    if (before !== undefined) this.#drop(name, before);
  }

  clear(): void {
    this.#kept.clear();
    this.#byObject.clear();
  }

  get count(): number {
    return this.#kept.size;
  }

  about(uid: string): readonly KubernetesObject[] {
    return [...(this.#byObject.get(uid)?.values() ?? [])];
  }

  /** The oldest half goes, beginning with events of unknown objects. */
  #makeRoom(): void {
    const all = [...this.#kept];
    const isOurs = ([, event]: (typeof all)[number]) => this.#isWanted(stringAt(event, 'involvedObject', 'uid') ?? '');
    const inOrder = [...all.filter((one) => !isOurs(one)), ...all.filter(isOurs)];
    for (const [name, event] of inOrder.slice(0, mostKept / 2)) this.#drop(name, event);
  }

  #drop(name: string, event: KubernetesObject): void {
    this.#kept.delete(name);
    const about = stringAt(event, 'involvedObject', 'uid') ?? '';
    const known = this.#byObject.get(about);
    known?.delete(name);
    if (known?.size === 0) this.#byObject.delete(about);
  }
}

const nameOf = (event: KubernetesObject): string => stringAt(event, 'metadata', 'name') ?? '';

function trimmedEvent(event: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, creationTimestamp } = objectAt(event, 'metadata');
  const known = { name, namespace, uid, creationTimestamp };
  return {
    kind: 'Event',
    metadata: Object.fromEntries(
      Object.entries(known).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
    involvedObject: objectAt(event, 'involvedObject'),
    ...Object.fromEntries(
      fields.flatMap((field) => {
        const value = valueAt(event, field);
        return value === undefined ? [] : [[field, value]];
      }),
    ),
    message: (stringAt(event, 'message') ?? '').slice(0, longestMessage),
  };
}
