import { issueCodes } from '../batch/issues.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import { issueAt } from './check-policy.ts';
import { isNamespaced } from './cluster-scoped.ts';
import { apiGroupOf, type ManifestIssue, type ManifestObject } from './manifest-object.ts';
import { hookOf } from './render-manifests.ts';

/** Who applies what in one batch: the key of a deployment by the name of an object. */
export type ObjectOwners = Map<string, string>;

interface Applying {
  readonly key: string;
  readonly cluster: string;
  /** Of objects that say none. */
  readonly namespace: string;
}

/** Objects that another deployment of the batch applies too: each has one that it belongs to. Hooks are made anew for each attempt. */
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
    const message = `is applied by ${owner} of this batch too, and an object belongs to one deployment`;
    return [issueAt(one, [], { code: issueCodes.Duplicate, message, hint: 'leave it to one of the two' })];
  });
