import { FlotillaError } from '../domain/errors.ts';
import type { KubernetesObject } from '../domain/ports.ts';
import type { Place } from './cluster-view.ts';
import { listPages } from './list-pages.ts';
import { type Mirrored, MirroredObjects } from './mirrored-objects.ts';
import { WatchedList, type WatchedListOptions } from './watched-list.ts';

export type ListTools = Pick<WatchedListOptions, 'requests' | 'clock' | 'random'>;

export interface PlaceOptions extends ListTools {
  /** How many characters it may still keep, given what the others keep. */
  readonly room: () => number;
  readonly changed: (object: Mirrored) => void;
  readonly turned: () => void;
}

/** A place's objects, kept as they are in the cluster. */
export class MirroredPlace {
  readonly objects: MirroredObjects;
  readonly list: WatchedList;
  readonly #path: string;
  readonly #options: PlaceOptions;

  constructor({ kind, path }: Pick<Place, 'kind' | 'path'>, options: PlaceOptions) {
    const objects = new MirroredObjects(kind);
    const { requests, clock, random, changed } = options;
    const tell = (object: Mirrored | undefined): void => {
      if (object !== undefined) changed(object);
      if (options.room() < 0) throw tooMuch(path);
    };
    const taker = {
      begin: () => objects.begin(),
      list: (object: KubernetesObject) => tell(objects.list(object)),
      end: () => objects.end().forEach(tell),
      put: (object: KubernetesObject) => tell(objects.put(object)),
      remove: (object: KubernetesObject) => tell(objects.remove(object)),
      turned: () => this.#turned(),
    };
    this.objects = objects;
    this.list = new WatchedList({ requests, clock, random, path, taker });
    this.#path = path;
    this.#options = options;
  }

  /** An object's current state: the stream may lag behind. */
  async look(name: string): Promise<void> {
    const path = `${this.#path}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`;
    let found = false;
    for await (const { items } of listPages(this.#options.requests, path)) {
      found ||= items.length > 0;
      for (const item of items) this.objects.put(item);
    }
    if (!found) this.objects.removeNamed(name);
  }

  #turned(): void {
    if (this.list.state.kind === 'refused') this.objects.clear();
    this.#options.turned();
  }
}

const tooMuch = (path: string): FlotillaError =>
  new FlotillaError('ClusterUnavailable', `there is too much to be kept (GET ${path})`, { refused: true });
