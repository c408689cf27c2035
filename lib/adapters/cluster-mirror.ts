import type { Workload } from '../domain/plan/plan.ts';
import type { KubernetesObject, Mirror, MirrorOptions, WorkloadView } from '../domain/ports.ts';
import type { ApiReads } from './cluster-request.ts';
import { ownershipOf, type Place, placesOf, uidOf, viewOf } from './cluster-view.ts';
import { MirroredEvents } from './mirrored-events.ts';
import type { Mirrored } from './mirrored-objects.ts';
import { MirroredPlace } from './mirrored-place.ts';
import { WatchedList } from './watched-list.ts';

/** Total characters kept. What exceeds this is read by lists. */
const mostKept = 64 * 1024 * 1024;

/**
 * How long, in milliseconds, a place is watched after its last use: the next deployment may be in the same namespace.
 */
const lingering = 60_000;

const byLists = 'the observer cannot watch, and reads lists instead, without events';
const withoutEvents = 'the observer cannot watch events, and does without them';

interface Namespace {
  readonly places: Map<string, MirroredPlace>;
  readonly events: MirroredEvents;
  readonly eventList: WatchedList;
  neededAt: number;
}

interface Followed {
  readonly workload: Workload;
  /** It was named after its list began, so it has to be read once. */
  isUnread: boolean;
}

/** Keeps the rollouts in flight up to date, with one list and watch for each place, however many rollouts there are. */
export class ClusterMirror implements Mirror {
  readonly #requests: ApiReads;
  readonly #options: MirrorOptions;
  readonly #namespaces = new Map<string, Namespace>();
  readonly #followed = new Map<string, Followed>();
  /** Names of rollouts, by their workload's place. */
  readonly #rollouts = new Map<string, Set<string>>();
  readonly #neededAt = new Map<MirroredPlace, number>();
  readonly #told = new Set<string>();

  constructor(requests: ApiReads, options: MirrorOptions) {
    this.#requests = requests;
    this.#options = options;
  }

  /** Characters of all objects kept. */
  get size(): number {
    return this.#places().reduce((sum, { objects }) => sum + objects.size, 0);
  }

  follow(rollouts: ReadonlyMap<string, Workload>): void {
    for (const name of this.#followed.keys()) if (!rollouts.has(name)) this.#forget(name);
    // All names first: rollouts that begin together share the same lists.
    for (const [name, workload] of rollouts) this.#join(name, workload);
    for (const { workload } of this.#followed.values()) this.#start(workload);
    this.#leaveUnneeded();
  }

  async view(rollout: string): Promise<WorkloadView | undefined> {
    const followed = this.#followed.get(rollout);
    if (followed === undefined) return undefined;
    const { workload } = followed;
    const { eventList, events } = this.#namespaces.get(workload.namespace)!;
    const needed = this.#neededBy(workload);
    await Promise.all([...needed.map(({ list }) => list.settled), eventList.settled]);
    for (const { list } of needed) if (list.state.kind === 'trouble') throw list.state.error;
    if (needed.some(({ list }) => ['refused', 'reading'].includes(list.state.kind))) return undefined;
    if (followed.isUnread) await needed[0]!.look(workload.name);
    followed.isUnread = false;
    const view = viewFrom(workload, needed);
    if (eventList.state.kind !== 'good') return { ...view, watched: true };
    const objects = [view.workload, ...view.revisions, ...view.pods];
    const uids = new Set(objects.flatMap((object) => (object === undefined ? [] : [uidOf(object)])));
    return { ...view, watched: true, events: [...uids].flatMap((uid) => events.about(uid)) };
  }

  rest(): void {
    for (const { eventList } of this.#namespaces.values()) eventList.stop();
    for (const { list } of this.#places()) list.stop();
  }

  #neededBy(workload: Workload): readonly MirroredPlace[] {
    const { places } = this.#namespaces.get(workload.namespace)!;
    return placesOf(workload).map(({ key }) => places.get(key)!);
  }

  #places(): readonly MirroredPlace[] {
    return [...this.#namespaces.values()].flatMap(({ places }) => [...places.values()]);
  }

  #join(name: string, workload: Workload): void {
    const namespace = this.#namespaceOf(workload.namespace);
    const needed = placesOf(workload).map((place) => this.#placeOf(namespace, place, workload.namespace));
    const now = this.#options.clock.now();
    namespace.neededAt = now;
    for (const place of needed) this.#neededAt.set(place, now);
    if (!this.#followed.has(name)) {
      this.#followed.set(name, { workload, isUnread: needed[0]!.list.listed > 0 });
      const at = whereOf(workload);
      this.#rollouts.set(at, (this.#rollouts.get(at) ?? new Set()).add(name));
    }
  }

  #start(workload: Workload): void {
    this.#namespaces.get(workload.namespace)!.eventList.start();
    for (const { list } of this.#neededBy(workload)) list.start();
  }

  #forget(name: string): void {
    const { workload } = this.#followed.get(name)!;
    this.#followed.delete(name);
    const places = this.#neededBy(workload);
    for (const uid of familyOf(workload, places).keys()) for (const { objects } of places) objects.release(uid);
    const at = whereOf(workload);
    const names = this.#rollouts.get(at);
    names?.delete(name);
    if (names?.size === 0) this.#rollouts.delete(at);
  }

  #leaveUnneeded(): void {
    const since = this.#options.clock.now() - lingering;
    for (const [name, { places, eventList, neededAt }] of this.#namespaces) {
      for (const [key, place] of places) {
        if ((this.#neededAt.get(place) ?? 0) >= since) continue;
        place.list.stop();
        places.delete(key);
      }
      if (neededAt >= since) continue;
      eventList.stop();
      this.#namespaces.delete(name);
    }
  }

  #namespaceOf(name: string): Namespace {
    const known = this.#namespaces.get(name);
    if (known !== undefined) return known;
    const places = new Map<string, MirroredPlace>();
    const events = new MirroredEvents((uid) => this.#rolloutsOf(name, uid).length > 0);
    const put = (event: KubernetesObject): void => this.#touch(name, events.put(event));
    const taker = {
      begin: () => events.clear(),
      list: put,
      end: () => {},
      put,
      remove: (event: KubernetesObject) => events.remove(event),
      turned: () => this.#noteRefusal(eventList, { message: withoutEvents, what: `events of ${name}` }),
    };
    const path = `/api/v1/namespaces/${encodeURIComponent(name)}/events?fieldSelector=type%3DWarning`;
    const eventList: WatchedList = new WatchedList({ ...this.#tools(), path, taker });
    const made = { places, events, eventList, neededAt: 0 };
    this.#namespaces.set(name, made);
    return made;
  }

  #placeOf({ places }: Namespace, place: Place, namespace: string): MirroredPlace {
    const known = places.get(place.key);
    if (known !== undefined) return known;
    const made: MirroredPlace = new MirroredPlace(place, {
      ...this.#tools(),
      room: () => mostKept - this.size,
      changed: (object) => this.#changed(place.key, namespace, object),
      turned: () => {
        this.#noteRefusal(made.list, { message: byLists, what: place.key });
        for (const [name, { workload }] of this.#followed)
          if (placesOf(workload).some(({ key }) => key === place.key)) this.#options.changed(name);
      },
    });
    places.set(place.key, made);
    return made;
  }

  #tools() {
    const { clock, random } = this.#options;
    return { requests: this.#requests, clock, random };
  }

  /** If it cannot even be listed, it is not read at all. The reader reports that. */
  #noteRefusal({ state }: WatchedList, { message, what }: { readonly message: string; readonly what: string }): void {
    if (state.kind !== 'refused' || this.#told.has(what) || (message === byLists && state.isUnlisted)) return;
    this.#told.add(what);
    this.#options.tell?.(message, { what, why: state.why });
  }

  #changed(key: string, namespace: string, object: Mirrored): void {
    for (const rollout of this.#rollouts.get(`${key}/${object.name}`) ?? []) this.#options.changed(rollout);
    for (const owner of object.owners) this.#touch(namespace, owner);
  }

  #touch(namespace: string, uid: string): void {
    for (const rollout of this.#rolloutsOf(namespace, uid)) this.#options.changed(rollout);
  }

  /** By the object or its owner, as far as that is known. Learning more later counts as a change. */
  #rolloutsOf(namespace: string, uid: string, depth = 0): readonly string[] {
    if (depth > deepest) return [];
    return [...(this.#namespaces.get(namespace)?.places ?? [])].flatMap(([key, { objects }]) => {
      const object = objects.byUid(uid);
      if (object === undefined) return [];
      const owners = object.owners.flatMap((owner) => this.#rolloutsOf(namespace, owner, depth + 1));
      return [...(this.#rollouts.get(`${key}/${object.name}`) ?? []), ...owners];
    });
  }
}

/** Workload, ReplicaSet or Job, pod; custom resources have one or two more levels. */
const deepest = 5;

const whereOf = (workload: Workload): string => `${placesOf(workload)[0]!.key}/${workload.name}`;

/** The workload, what it owns, and what that owns, by uid. */
function familyOf({ name }: Workload, places: readonly MirroredPlace[]): ReadonlyMap<string, KubernetesObject> {
  const object = places[0]!.objects.named(name);
  const family = new Map(object === undefined ? [] : [[uidOf(object), object]]);
  for (const [uid] of family) {
    for (const child of places.flatMap(({ objects }) => objects.ownedBy(uid))) family.set(uidOf(child), child);
  }
  return family;
}

function viewFrom(workload: Workload, places: readonly MirroredPlace[]): WorkloadView {
  const family = [...familyOf(workload, places).values()];
  return viewOf(workload, new Map([[placesOf(workload)[0]!.key, family.slice(0, 1)]]), ownershipOf(family));
}
