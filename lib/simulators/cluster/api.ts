import { badRequest, conflict, invalid, noSuchPath, notFound } from './api-status.ts';
import { afterUpdate, type Writer } from './apply/managed-fields.ts';
import { serverSideApply } from './apply/server-side-apply.ts';
import { refuseUnknownFields } from './apply/unknown-fields.ts';
import { refuseImmutable, withDefaults } from './defaults.ts';
import { isLeaving, type KubeObject, timestamp } from './kube-object.ts';
import { applyPatch } from './patch.ts';
import { apiVersionOf, type Resource, resources } from './resources.ts';
import type { Store } from './store.ts';

/** Where a request points: a resource, perhaps one object, perhaps a part of it (`log`, `proxy`, `status`). */
export interface Target {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly name?: string;
  readonly part?: string;
  /** What follows the part: the path that is proxied. */
  readonly rest: string;
}

const path = /^\/(?:api|apis\/([^/]+))\/(v\w+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?(\/.*)?$/;

export function parseTarget(pathname: string): Target {
  // A namespace itself has the same shape as "everything in it".
  const namespaces = /^\/api\/v1\/namespaces(?:\/([^/]+))?$/.exec(pathname);
  const found = namespaces === null ? path.exec(pathname) : [null, '', 'v1', undefined, 'namespaces', namespaces[1]];
  if (found === null) throw noSuchPath();
  const [, group = '', version, namespace, plural, name, part, rest = ''] = found;
  const resource = resources.find((one) => one.group === group && one.version === version && one.plural === plural);
  if (resource === undefined) throw noSuchPath();
  return {
    resource,
    ...(namespace != null && { namespace: decodeURIComponent(namespace) }),
    ...(name != null && { name: decodeURIComponent(name) }),
    ...(part != null && { part }),
    rest: rest ?? '',
  };
}

export interface Write {
  readonly target: Target;
  readonly body: unknown;
  readonly query: URLSearchParams;
  readonly contentType: string;
}

/** The writing verbs, by the rules of the API server that clients notice. */
export class Api {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  get({ resource, namespace = '', name = '' }: Target): KubeObject {
    const object = this.#store.get(resource, namespace, name);
    if (object === undefined) throw notFound(resource.plural, name);
    return object;
  }

  has({ resource, namespace = '', name = '' }: Target): boolean {
    return this.#store.get(resource, namespace, name) !== undefined;
  }

  create({ target, body, query }: Write): KubeObject {
    const sent = objectOf(body);
    const { name = '', generateName = '' } = sent.metadata ?? {};
    if (name === '' && generateName === '') throw badRequest('metadata.name or metadata.generateName is needed');
    if (target.resource.namespaced && target.namespace === undefined) throw badRequest('a namespace is needed');
    const metadata = {
      ...sent.metadata,
      ...(target.namespace !== undefined && { namespace: target.namespace }),
    };
    const object = withDefaults({
      ...sent,
      kind: target.resource.kind,
      apiVersion: apiVersionOf(target.resource),
      metadata,
    });
    object.metadata.managedFields = afterUpdate(undefined, object, this.#writer(query));
    return isDryRun(query) ? object : this.#store.create(object);
  }

  replace({ target, body, query }: Write): KubeObject {
    const before = this.get(target);
    const sent = objectOf(body);
    const wanted = sent.metadata?.resourceVersion;
    if (wanted && wanted !== before.metadata.resourceVersion)
      throw conflict(target.resource.plural, before.metadata.name);
    return this.#put(before, sent, { target, query });
  }

  patch({ target, body, query, contentType }: Write): KubeObject {
    const before = this.#store.get(target.resource, target.namespace ?? '', target.name ?? '');
    if (contentType.startsWith('application/apply-patch'))
      return this.#apply(before, objectOf(body), { target, query });
    if (before === undefined) throw notFound(target.resource.plural, target.name ?? '');
    const patched = objectOf(applyPatch(contentType, before, body));
    const wanted = patched.metadata?.resourceVersion;
    if (wanted && wanted !== before.metadata.resourceVersion)
      throw conflict(target.resource.plural, before.metadata.name);
    return this.#put(before, patched, { target, query });
  }

  /** Pods end gracefully; everything else is gone at once, with what it owns. */
  delete(target: Target, query: URLSearchParams, body?: unknown): KubeObject {
    const object = this.get(target);
    const wanted = (body as { preconditions?: { uid?: unknown } } | undefined)?.preconditions?.uid;
    if (wanted !== undefined && wanted !== object.metadata.uid) {
      throw conflict(target.resource.plural, object.metadata.name);
    }
    if (isDryRun(query)) return object;
    if (object.kind !== 'Pod' || query.get('gracePeriodSeconds') === '0') {
      this.#store.remove(object);
      return object;
    }
    if (isLeaving(object)) return object;
    const leaving = this.#store.update(object, ({ metadata }) => {
      metadata.deletionTimestamp = timestamp(this.#now());
    });
    return leaving ?? object;
  }

  #apply(
    before: KubeObject | undefined,
    sent: KubeObject,
    { target, query }: Pick<Write, 'target' | 'query'>,
  ): KubeObject {
    const { resource, namespace, name = '' } = target;
    const manager = query.get('fieldManager');
    if (manager === null) throw invalid('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value');
    const { uid, resourceVersion } = sent.metadata ?? {};
    const isOther = before === undefined ? (uid ?? resourceVersion) : uid !== undefined && uid !== before.metadata.uid;
    const isOld = before !== undefined && resourceVersion && resourceVersion !== before.metadata.resourceVersion;
    if (isOther || isOld) throw conflict(resource.plural, name);
    const head = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
    const named = { ...(namespace !== undefined && { namespace }), name };
    const whole = { ...sent, ...head, metadata: { ...sent.metadata, ...named } } as KubeObject;
    refuseUnknownFields(whole);
    const live = before ?? ({ ...head, metadata: named } as KubeObject);
    const next = withDefaults(
      serverSideApply(live, whole, { manager, force: query.get('force') === 'true', now: this.#now() }),
    );
    if (before === undefined) return isDryRun(query) ? next : this.#store.create(next);
    // The store says what an object is called, and when it was made.
    const { resourceVersion: _, uid: __, ...metadata } = next.metadata;
    const made = { ...next, metadata: { ...metadata, ...identityOf(before) }, status: before.status };
    if (before.status === undefined) delete made.status;
    refuseImmutable(before, made);
    return isDryRun(query) ? made : this.#store.replace(made);
  }

  #writer(query: URLSearchParams, isStatus = false): Writer {
    const manager = query.get('fieldManager') ?? 'unknown';
    return { manager, ...(isStatus && { subresource: 'status' }), now: this.#now() };
  }

  #put(before: KubeObject, sent: KubeObject, { target, query }: Pick<Write, 'target' | 'query'>): KubeObject {
    const isStatus = target.part === 'status';
    if (target.part !== undefined && !isStatus) throw noSuchPath();
    // Each side writes its own half: the user the spec, `/status` the status.
    const halves = isStatus ? { ...before, status: sent.status } : { ...sent, status: before.status };
    const { name, namespace } = before.metadata;
    const metadata = {
      ...sent.metadata,
      name,
      ...(namespace !== undefined && { namespace }),
    };
    const next = withDefaults({ ...halves, kind: before.kind, apiVersion: before.apiVersion, metadata });
    if (before.status === undefined && !isStatus) delete next.status;
    next.metadata.managedFields = afterUpdate(before, next, this.#writer(query, isStatus));
    refuseImmutable(before, next);
    return isDryRun(query) ? next : this.#store.replace(next);
  }
}

const isDryRun = (query: URLSearchParams): boolean => query.get('dryRun') === 'All';

function objectOf(body: unknown): KubeObject {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest('the body must be an object');
  return body as KubeObject;
}

const identityOf = ({
  metadata: { uid, resourceVersion },
}: KubeObject): Pick<KubeObject['metadata'], 'uid' | 'resourceVersion'> => ({
  uid,
  resourceVersion,
});
