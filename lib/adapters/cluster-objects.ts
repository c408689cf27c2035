import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../domain/json.ts';
import { claimPrefix, fieldManager } from '../domain/manifests/marks.ts';
import type {
  Applied,
  ApplyOptions,
  ClusterObjects,
  KnownKind,
  KubernetesObject,
  ObjectAddress,
  ObjectList,
  Patched,
  Removed,
  RemoveOptions,
} from '../domain/ports.ts';
import { listAt, objectAt, stringAt } from '../domain/rollout/kubernetes-object.ts';
import { appliedOf, patchedOf, removedOf } from './apply-answer.ts';
import { ClusterKinds, discoveryPath } from './cluster-kinds.ts';
import { type ApiAnswer, type ClusterRequests, statusBodyOf } from './cluster-request.ts';
import { listPages } from './list-pages.ts';

const mostTries = 10;

/** A cluster's objects, by its API server. */
export class KubernetesObjects implements ClusterObjects {
  readonly #requests: ClusterRequests;
  readonly #kinds: ClusterKinds;

  constructor(requests: ClusterRequests, now?: () => number) {
    this.#requests = requests;
    this.#kinds = new ClusterKinds(requests, now);
  }

  known(apiVersion: string, kind: string): Promise<KnownKind | undefined> {
    return this.#kinds.known(apiVersion, kind);
  }

  async get(address: ObjectAddress): Promise<KubernetesObject | undefined> {
    const path = await this.#pathOf(address);
    if (path === undefined) return undefined;
    const answer = await this.#requests.get(path);
    if (answer.status === 404) return undefined;
    const applied = answer.status === 200 ? appliedOf(answer) : undefined;
    if (applied?.kind !== 'applied') throw this.#unreadable(answer, path);
    return applied.object;
  }

  async apply(object: KubernetesObject, options: ApplyOptions = {}): Promise<Applied> {
    const path = await this.#pathOf(addressOf(object));
    if (path === undefined) return unknownKind(object);
    const { absent = false, dryRun = false, force = false, manager } = options;
    if (absent && !dryRun) return this.#make(path, object);
    return this.#own(path, object, { dryRun, force, ...(manager === undefined ? {} : { manager }) });
  }

  async remove(address: ObjectAddress, uid: string, { foreground = false }: RemoveOptions = {}): Promise<Removed> {
    const path = await this.#pathOf(address);
    if (path === undefined) return { kind: 'gone' };
    const body = {
      ...{ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: foreground ? 'Foreground' : 'Background' },
      preconditions: { uid },
    };
    return removedOf(await this.#requests.change({ method: 'DELETE', path, body }));
  }

  async patchStatus(address: ObjectAddress, status: JsonObject, version?: string): Promise<Patched> {
    const path = await this.#pathOf(address);
    if (path === undefined) return { kind: 'gone' };
    const query = new URLSearchParams({ fieldManager });
    const type = 'application/merge-patch+json';
    const body = { ...(version === undefined ? {} : { metadata: { resourceVersion: version } }), status };
    const change = { method: 'PATCH', path: `${path}/status?${query}`, body, type } as const;
    return patchedOf(await this.#requests.change(change));
  }

  async list({ api_version, kind, namespace, labels }: ObjectList): Promise<readonly KubernetesObject[]> {
    const path = await this.#pathOf({ api_version, kind, namespace });
    if (path === undefined) return [];
    const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const found: KubernetesObject[] = [];
    for await (const { items } of listPages(
      this.#requests,
      `${path}?labelSelector=${encodeURIComponent(selector.join(','))}`,
    )) {
      // The items of a list have neither.
      for (const item of items) found.push({ ...item, apiVersion: api_version, kind });
    }
    return found;
  }

  /** Undefined if the server does not know the kind. */
  async #pathOf({
    api_version,
    kind,
    namespace,
    name,
  }: Omit<ObjectAddress, 'name'> & { readonly name?: string }): Promise<string | undefined> {
    const known = await this.known(api_version, kind);
    if (known === undefined) return undefined;
    const place = known.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
    const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
    return `${discoveryPath(api_version)}${place}/${known.plural}${object}`;
  }

  /** Takes over the claims of a process that died in between, and releases its others. */
  async #own(path: string, object: KubernetesObject, options: Sending): Promise<Applied> {
    const first = await this.#send(path, object, options);
    const isClaimed =
      first.kind === 'conflict' && first.conflicts.every(({ manager }) => manager.startsWith(claimPrefix));
    const applied = isClaimed ? await this.#send(path, object, { ...options, force: true }) : first;
    return applied.kind === 'applied' && !options.dryRun ? this.#released(path, applied) : applied;
  }

  async #make(path: string, object: KubernetesObject): Promise<Applied> {
    const claim = `${claimPrefix}${createHash('sha256').update(JSON.stringify(object)).digest('hex').slice(0, 16)}`;
    const claimed = await this.#send(path, object, { manager: claim });
    if (claimed.kind === 'conflict') return { kind: 'moved', message: claimed.message };
    if (claimed.kind !== 'applied') return claimed;
    let made = claimed.object;
    for (let tries = 1; ; tries += 1) {
      const owned = await this.#own(path, guarded(object, made), {});
      if (owned.kind !== 'moved' || tries === mostTries) return owned;
      // Its controller acts at once, which changes the version. If somebody took the object over, the claim is no
      // longer complete.
      const found = await this.get(addressOf(made));
      if (found === undefined || !isDeepStrictEqual(claimIn(found, claim), claimIn(made, claim))) return owned;
      made = found;
    }
  }

  /** Removes all claims. */
  async #released(path: string, applied: Extract<Applied, { readonly kind: 'applied' }>): Promise<Applied> {
    const { apiVersion = '', kind = '', metadata } = applied.object;
    const { name, namespace, uid } = metadata as JsonObject;
    const managers = listAt(applied.object, 'metadata', 'managedFields').map(({ manager }) => String(manager));
    // By UID, so that a deleted object is not created again, empty.
    const named = { name: name!, uid: uid!, ...(namespace === undefined ? {} : { namespace }) };
    let last = applied;
    for (const manager of new Set(managers.filter((one) => one.startsWith(claimPrefix)))) {
      const released = await this.#send(path, { apiVersion, kind, metadata: named }, { manager });
      if (released.kind === 'applied') last = released;
    }
    return last;
  }

  async #send(
    path: string,
    object: KubernetesObject,
    { manager = fieldManager, dryRun, force }: Sending,
  ): Promise<Applied> {
    const query = new URLSearchParams({ fieldManager: manager, fieldValidation: 'Strict' });
    if (dryRun) query.set('dryRun', 'All');
    if (force) query.set('force', 'true');
    const type = 'application/apply-patch+yaml';
    const answer = await this.#requests.change({ method: 'PATCH', path: `${path}?${query}`, body: object, type });
    const applied = appliedOf(answer);
    if (applied === undefined) throw this.#unreadable(answer, path);
    return applied;
  }

  #unreadable(answer: ApiAnswer, path: string): Error {
    const said =
      answer.status < 300
        ? 'the answer is no Kubernetes object'
        : (statusBodyOf(answer)?.message ?? `HTTP ${answer.status}`);
    return this.#requests.unavailable(`${said} (${path})`, { status: answer.status });
  }
}

const claimIn = (object: KubernetesObject, claim: string): JsonObject =>
  objectAt(
    listAt(object, 'metadata', 'managedFields').find(({ manager }) => manager === claim),
    'fieldsV1',
  );

interface Sending extends Omit<ApplyOptions, 'absent'> {
  /** Flotilla's, unless another is named. */
  readonly manager?: string;
}

/** Only onto the version that was read. */
const guarded = (object: KubernetesObject, read: KubernetesObject): KubernetesObject => {
  const { uid, resourceVersion } = read.metadata as JsonObject;
  return { ...object, metadata: { ...(object.metadata as JsonObject), uid: uid!, resourceVersion: resourceVersion! } };
};

const addressOf = (object: KubernetesObject): ObjectAddress => ({
  api_version: stringAt(object, 'apiVersion') ?? '',
  kind: stringAt(object, 'kind') ?? '',
  namespace: stringAt(object, 'metadata', 'namespace'),
  name: stringAt(object, 'metadata', 'name') ?? '',
});

const unknownKind = (object: KubernetesObject): Applied => {
  const { api_version, kind } = addressOf(object);
  const message = `the cluster does not know the kind ${kind} of ${api_version}`;
  return { kind: 'refused', status: 404, reason: 'UnknownKind', message };
};
