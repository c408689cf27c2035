import type { Right } from '../domain/catalogue/cluster-rights.ts';
import { isFlotillaError } from '../domain/errors.ts';
import { isListOf, isText } from './cluster-program.ts';
import type { ClusterRequests } from './cluster-request.ts';

const api = '/apis/authorization.k8s.io/v1';

/** No deployment depends on it, so nobody waits for it as long as for a list. */
const patience = { milliseconds: 5_000 };

/**
 * Which of these rights we lack in a namespace; undefined if the cluster does not say. One review lists what the roles
 * grant. Where that may be incomplete (a webhook decides too, as on EKS), each missing right is checked separately.
 */
export const missingIn = async (
  requests: ClusterRequests,
  namespace: string,
  wanted: readonly Right[],
): Promise<readonly Right[] | undefined> => {
  const review = await reviewed(requests, 'selfsubjectrulesreviews', { namespace });
  if (review === undefined) return undefined;
  const rules = isListOf(review.resourceRules, isRule) ? review.resourceRules : [];
  const missing = wanted.filter((right) => !rules.some((rule) => gives(rule, right)));
  if (review.incomplete !== true && !review.evaluationError) return missing;
  const allowed = await Promise.all(missing.map((right) => isAllowed(requests, namespace, right)));
  return allowed.includes(undefined) ? undefined : missing.filter((_, at) => allowed[at] === false);
};

type Spoken = Readonly<Record<string, unknown>>;

/** If we may not even ask, or something else answers, we learn nothing. */
const reviewed = async (requests: ClusterRequests, kind: string, spec: object): Promise<Spoken | undefined> => {
  try {
    const { status, body } = await requests.post(`${api}/${kind}`, { spec }, patience);
    const said: unknown = status === 200 || status === 201 ? JSON.parse(body)?.status : undefined;
    return typeof said === 'object' && said !== null ? (said as Spoken) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isFlotillaError(error, 'ClusterUnavailable')) return undefined;
    throw error;
  }
};

const isAllowed = async (requests: ClusterRequests, namespace: string, right: Right): Promise<boolean | undefined> => {
  const { verb, group } = right;
  const [resource, subresource] = right.resource.split('/');
  const resourceAttributes = { namespace, verb, group, resource, ...(subresource && { subresource }) };
  const said = await reviewed(requests, 'selfsubjectaccessreviews', { resourceAttributes });
  return said === undefined ? undefined : said.allowed === true;
};

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

const isTexts = (value: unknown): value is readonly string[] => isListOf(value, isText);
const isRule = (value: unknown): value is Rule => {
  const { verbs, ...lists } = (value ?? {}) as Spoken;
  return isTexts(verbs) && ['apiGroups', 'resources', 'resourceNames'].every((name) => isTexts(lists[name] ?? []));
};

/** A rule for single names does not allow listing. */
const gives = (
  { verbs, apiGroups = [], resources = [], resourceNames = [] }: Rule,
  { verb, group, resource }: Right,
): boolean => {
  const part = resource.includes('/') ? [`*/${resource.split('/')[1]}`] : [];
  const has = (list: readonly string[], ...any: readonly string[]): boolean => any.some((one) => list.includes(one));
  return (
    resourceNames.length === 0 &&
    has(verbs, verb, '*') &&
    has(apiGroups, group, '*') &&
    has(resources, resource, '*', ...part)
  );
};
