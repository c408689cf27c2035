import type { Target } from './api.ts';
import { ApiStatus, badRequest } from './api-status.ts';
import { resources } from './resources.ts';

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const parts = ['pods/log', 'services/proxy'];

/** As kubectl names them: `deployments.apps`. */
const known = [...resources.map(({ group, plural }) => (group === '' ? plural : `${plural}.${group}`)), ...parts];

const review = /^\/apis\/authorization\.k8s\.io\/v1\/selfsubject(rules|access)reviews$/;

interface Spec {
  readonly namespace?: string;
  readonly resourceAttributes?: Readonly<Record<'verb' | 'group' | 'resource' | 'subresource' | 'namespace', string>>;
}

/** Everybody may do everything, except what a test has taken away: `watch pods`, `list deployments.apps`. */
export class Rights {
  readonly #taken = new Set<string>();

  /** In one namespace, or in all. */
  take(right: string, namespace = '*'): void {
    this.#taken.add(`${namespace} ${right}`);
  }

  giveAll(): void {
    this.#taken.clear();
  }

  /** Throws the API server's error for a missing right. */
  check(method: string, { resource, namespace, name, part }: Target, query: URLSearchParams): void {
    const verb = verbOf(method, name !== undefined, ['1', 'true'].includes(query.get('watch') ?? ''));
    const what = `${resource.plural}${part === undefined ? '' : `/${part}`}`;
    if (this.#has(namespace ?? '', verb, `${what}${resource.group === '' ? '' : `.${resource.group}`}`)) return;
    const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const group = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
    const told = `User "flotilla" cannot ${verb} resource "${what}" in API group "${resource.group}" ${where}`;
    throw new ApiStatus(403, 'Forbidden', `${group}${name === undefined ? '' : ` "${name}"`} is forbidden: ${told}`);
  }

  isReview(path: string): boolean {
    return review.test(path);
  }

  review(path: string, body: unknown): unknown {
    const kind = review.exec(path)?.[1];
    const spec = (body as { readonly spec?: Spec } | undefined)?.spec;
    if (spec === undefined) throw badRequest('a review needs a spec');
    const status = kind === 'rules' ? this.#rulesIn(spec.namespace ?? '') : { allowed: this.#isAllowed(spec) };
    const name = kind === 'rules' ? 'SelfSubjectRulesReview' : 'SelfSubjectAccessReview';
    return { kind: name, apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec, status };
  }

  #rulesIn(namespace: string): object {
    const all = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
    const each = known.map((what) => {
      const [resource = '', group = ''] = what.split(/\.(.*)/);
      return {
        verbs: verbs.filter((verb) => this.#has(namespace, verb, what)),
        apiGroups: [group],
        resources: [resource],
      };
    });
    return { resourceRules: this.#taken.size === 0 ? all : each, nonResourceRules: [], incomplete: false };
  }

  #isAllowed({ resourceAttributes: of }: Spec): boolean {
    const what = `${of?.resource}${of?.subresource ? `/${of.subresource}` : ''}${of?.group ? `.${of.group}` : ''}`;
    return this.#has(of?.namespace ?? '', of?.verb ?? '', what);
  }

  #has(namespace: string, verb: string, what: string): boolean {
    return [namespace, '*'].every((one) => !this.#taken.has(`${one} ${verb} ${what}`));
  }
}

const verbOf = (method: string, hasName: boolean, isWatch: boolean): string => {
  if (method !== 'GET') return { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? method;
  if (isWatch) return 'watch';
  return hasName ? 'get' : 'list';
};
