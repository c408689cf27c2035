import { issueCodes } from '../batch/issues.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import { issueAt } from './check-policy.ts';
import { isNamespaced } from './cluster-scoped.ts';
import { apiGroupOf, type ManifestIssue, type ManifestObject } from './manifest-object.ts';
import { hookOf } from './render-manifests.ts';

/** Who applies what in one batch: the deployment's key by object name. */
export type ObjectOwners = Map<string, string>;

interface Applying {
  readonly key: string;
  readonly cluster: string;
  /** The namespace of objects that name none. */
  readonly namespace: string;
}

/**
 * Objects that another deployment of the batch also applies: each object belongs to one deployment. Hooks are new for
 * each attempt, so they don't count.
 */
export const sharedObjects = (
  owners: ObjectOwners,
  { key, cluster, namespace }: Applying,
  objects: readonly ManifestObject[],
): readonly ManifestIssue[] =>
  objects.flatMap((one) => {
    const { object } = one;
    if (hookOf(object) !== undefined) return [];
    const [version, kind] = [stringAt(object, 'apiVersion') ?? '', stringAt(object, 'kind') ?? ''];
    const where = isNamespaced(version, kind) ? (stringAt(object, 'metadata', 'namespace') ?? namespace) : '';
    const name = [cluster, apiGroupOf(version), kind, where, stringAt(object, 'metadata', 'name')].join('/');
    const owner = owners.get(name) ?? key;
    owners.set(name, owner);
    if (owner === key) return [];
    const message = `is also applied by ${owner} of this batch; an object belongs to one deployment`;
    return [issueAt(one, [], { code: issueCodes.Duplicate, message, hint: 'keep it in one of the two' })];
  });
