import type { Path } from '../batch/findings.ts';
import { pathText } from '../batch/findings.ts';
import { type IssueCode, issueCodes } from '../batch/issues.ts';
import type { KubernetesPolicy } from '../catalogue/catalogue.ts';
import { isObject } from '../json.ts';
import { stringAt, valueAt } from '../rollout/kubernetes-object.ts';
import { isNamespaced } from './cluster-scoped.ts';
import { type ManifestIssue, type ManifestObject, objectTitle } from './manifest-object.ts';

export interface PolicyAsk {
  /** The environment's name, for messages. */
  readonly environment: string;
  readonly policy: KubernetesPolicy;
  /** The workload's namespace, where anything may be applied. */
  readonly namespace: string;
}

/** Violations of an environment's policy by objects that are to be applied. */
export const checkPolicy = (objects: readonly ManifestObject[], ask: PolicyAsk): readonly ManifestIssue[] =>
  objects.flatMap((one) => [...placeProblem(one, ask), ...secretProblem(one)]);

/** A problem at a place in an object. */
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

/** Problems of objects without a namespace, as far as is known here or a server says. */
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
  const message = `the namespace ${own} is not the service namespace ${namespace}, and ${environment} does not allow it`;
  const hint = `environments: { ${environment}: { kubernetes: { namespaces: [${own}] } } } in the configuration`;
  return [issueAt(one, ['metadata', 'namespace'], { code: issueCodes.NotAllowed, message, hint })];
};

/** A batch's text is stored and shown to those who may read it. */
const secretProblem = (one: ManifestObject): readonly ManifestIssue[] => {
  if (stringAt(one.object, 'kind') !== 'Secret' || stringAt(one.object, 'apiVersion') !== 'v1') return [];
  return ['data', 'stringData'].flatMap((field) => {
    const values = valueAt(one.object, field);
    if (values === undefined || (isObject(values) && Object.keys(values).length === 0)) return [];
    const message = 'has Secret data in plain text, which would be stored with the batch';
    const hint = 'create it in the cluster: External Secrets, Sealed Secrets, or an existing Secret';
    return [issueAt(one, [field], { code: issueCodes.NotAllowed, message, hint })];
  });
};
