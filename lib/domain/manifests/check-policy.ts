import type { Path } from '../batch/findings.ts';
import { pathText } from '../batch/findings.ts';
import { type IssueCode, issueCodes } from '../batch/issues.ts';
import type { KubernetesPolicy } from '../catalogue/catalogue.ts';
import { isObject } from '../json.ts';
import { stringAt, valueAt } from '../rollout/kubernetes-object.ts';
import { isNamespaced } from './cluster-scoped.ts';
import { type ManifestIssue, type ManifestObject, objectTitle } from './manifest-object.ts';

export interface PolicyAsk {
  /** Of the environment; for messages. */
  readonly environment: string;
  readonly policy: KubernetesPolicy;
  /** Of the workload: there anything may be applied. */
  readonly namespace: string;
}

/** What an environment does not allow of objects that are to be applied. */
export const checkPolicy = (objects: readonly ManifestObject[], ask: PolicyAsk): readonly ManifestIssue[] =>
  objects.flatMap((one) => [...placeProblem(one, ask), ...secretProblem(one)]);

/** A problem of an object, at a place in it. */
export const issueAt = (
  one: ManifestObject,
  path: Path,
  { code, message, hint }: { readonly code: IssueCode; readonly message: string; readonly hint?: string | undefined },
): ManifestIssue => ({
  ...one.placeOf(path),
  path: pathText(path),
  object: objectTitle(one.object),
  message,
  code,
  ...(hint === undefined ? {} : { hint }),
  ...(one.file === undefined ? {} : { file: one.file }),
});

interface ScopeAsk {
  readonly environment: string;
  readonly policy: { readonly cluster_scoped?: KubernetesPolicy['cluster_scoped'] | undefined };
}

/** Of objects that have no namespace, as far as that is known here, or as a server says it. */
export const scopeProblems = (
  one: ManifestObject,
  { environment, policy }: ScopeAsk,
  isWithin: typeof isNamespaced = isNamespaced,
): readonly ManifestIssue[] => {
  const kind = stringAt(one.object, 'kind') ?? '';
  if (isWithin(stringAt(one.object, 'apiVersion') ?? '', kind) || policy.cluster_scoped?.includes(kind)) return [];
  const message = `a ${kind} has no namespace, and ${environment} does not allow it`;
  const hint = `environments: { ${environment}: { kubernetes: { cluster_scoped: [${kind}] } } } in the configuration`;
  return [issueAt(one, ['kind'], { code: issueCodes.NotAllowed, message, hint })];
};

const placeProblem = (one: ManifestObject, ask: PolicyAsk): readonly ManifestIssue[] => {
  const { environment, policy, namespace } = ask;
  const own = stringAt(one.object, 'metadata', 'namespace');
  if (!isNamespaced(stringAt(one.object, 'apiVersion') ?? '', stringAt(one.object, 'kind') ?? ''))
    return scopeProblems(one, ask);
  if (own === undefined || own === namespace || policy.namespaces?.includes(own)) return [];
  const message = `the namespace ${own} is not that of the service, ${namespace}, and ${environment} does not allow it`;
  const hint = `environments: { ${environment}: { kubernetes: { namespaces: [${own}] } } } in the configuration`;
  return [issueAt(one, ['metadata', 'namespace'], { code: issueCodes.NotAllowed, message, hint })];
};

/** What is written in a batch is kept, and shown to who may read it. */
const secretProblem = (one: ManifestObject): readonly ManifestIssue[] => {
  if (stringAt(one.object, 'kind') !== 'Secret' || stringAt(one.object, 'apiVersion') !== 'v1') return [];
  return ['data', 'stringData'].flatMap((field) => {
    const values = valueAt(one.object, field);
    if (values === undefined || (isObject(values) && Object.keys(values).length === 0)) return [];
    const message = 'is the data of a Secret in clear, which would be kept with the batch';
    const hint = 'have it made in the cluster: External Secrets, Sealed Secrets, or a Secret that is there already';
    return [issueAt(one, [field], { code: issueCodes.NotAllowed, message, hint })];
  });
};
