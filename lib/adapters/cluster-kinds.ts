import { isObject, type Json } from '../domain/json.ts';
import type { KnownKind } from '../domain/ports.ts';
import { type ClusterRequests, statusBodyOf } from './cluster-request.ts';

type Requests = Pick<ClusterRequests, 'get' | 'unavailable'>;

/** Long enough for all objects of a deployment, short enough for somebody who has just defined a kind. */
const memoryMilliseconds = 30_000;

interface Remembered {
  readonly at: number;
  readonly kinds: ReadonlyMap<string, KnownKind>;
}

/** The API server's discovery, cached briefly. A kind that was unknown is asked for again. */
export class ClusterKinds {
  readonly #requests: Requests;
  readonly #now: () => number;
  readonly #remembered = new Map<string, Remembered>();

  constructor(requests: Requests, now: () => number = Date.now) {
    this.#requests = requests;
    this.#now = now;
  }

  async known(apiVersion: string, kind: string): Promise<KnownKind | undefined> {
    const remembered = this.#remembered.get(apiVersion);
    const isFresh = remembered !== undefined && this.#now() - remembered.at < memoryMilliseconds;
    const found = isFresh ? remembered.kinds.get(kind) : undefined;
    return found ?? (await this.#read(apiVersion)).get(kind);
  }

  async #read(apiVersion: string): Promise<ReadonlyMap<string, KnownKind>> {
    const path = discoveryPath(apiVersion);
    if (path === undefined) return new Map();
    const answer = await this.#requests.get(path);
    if (answer.status === 404) return new Map();
    if (answer.status !== 200) {
      const said = statusBodyOf(answer)?.message ?? `HTTP ${answer.status}`;
      throw this.#requests.unavailable(`${said} (GET ${path})`, { status: answer.status });
    }
    const kinds = this.#kindsIn(answer.body, path);
    this.#remembered.set(apiVersion, { at: this.#now(), kinds });
    return kinds;
  }

  /** A proxy may answer 200 with a page of its own. Subresources such as `deployments/scale` are of other kinds. */
  #kindsIn(body: string, path: string): ReadonlyMap<string, KnownKind> {
    const read = parsed(body);
    const resources = isObject(read) && Array.isArray(read.resources) ? (read.resources as readonly Json[]) : undefined;
    if (resources === undefined) throw this.#requests.unavailable(`the answer is no list of kinds (GET ${path})`);
    return new Map(
      resources.filter(isObject).flatMap(({ name, kind, namespaced }): [string, KnownKind][] => {
        if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) return [];
        return [[kind, { plural: name, namespaced: namespaced === true }]];
      }),
    );
  }
}

const parsed = (body: string): Json | undefined => {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
};

/** `v1` is the core API; others have a group. Undefined for what is not an API version. */
export const discoveryPath = (apiVersion: string): string | undefined => {
  if (!/^[a-z0-9.-]+(?:\/[a-z0-9]+)?$/.test(apiVersion)) return undefined;
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
};
