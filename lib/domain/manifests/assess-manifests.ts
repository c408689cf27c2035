import { issueCodes } from '../batch/issues.ts';
import { type Catalogue, entryOf, type KubernetesPolicy } from '../catalogue/catalogue.ts';
import { resolveWorkload, serviceEntry } from '../catalogue/resolve.ts';
import type { ArtifactType, Workload } from '../plan/plan.ts';
import { checkPolicy, issueAt } from './check-policy.ts';
import { deriveWorkload } from './derive-workload.ts';
import type { ManifestIssue, ManifestObject } from './manifest-object.ts';
import { renderManifests } from './render-manifests.ts';
import { checkRules } from './rules/check-rules.ts';

/** Of which deployment manifests are. */
export interface ManifestUse {
  readonly pillar: string;
  readonly service_name: string;
  readonly environment_id: string;
  readonly infrastructure_id: string;
  readonly docker_artifact_type: ArtifactType;
  readonly docker_image_version: string;
}

export interface Assessed {
  /** The service's object, where the catalogue does not say it and the manifests do. */
  readonly workload?: Workload;
  /** Of objects that say none; absent where nobody knows the service's. */
  readonly namespace?: string;
  /** For these they are refused. */
  readonly issues: readonly ManifestIssue[];
  /** These are told. */
  readonly warnings: readonly ManifestIssue[];
}

/** Nobody sees the marks that are put on objects only to look at them. */
const noMarks = { target: '', workload: '', batch: '', attempt: '', fence: 0 };

/** What is wrong with manifests for one deployment: with the service that they are of, and by the policy of its environment. */
export const assessManifests = (
  objects: readonly ManifestObject[],
  use: ManifestUse,
  catalogue: Catalogue,
): Assessed => {
  const entry = serviceEntry(catalogue, use.pillar, use.service_name);
  const usual = resolveWorkload(catalogue, use);
  const derived = entry === undefined ? deriveWorkload(objects, use.service_name, usual.namespace) : usual;
  if ('problem' in derived) return { issues: [ofAll(derived.problem, derived.hint)], warnings: [] };
  const rendered = renderManifests({
    objects,
    workload: derived,
    version: use.docker_image_version,
    artifactType: use.docker_artifact_type,
    marks: noMarks,
  });
  const policy = entryOf(catalogue.environments, use.environment_id)?.kubernetes ?? {};
  // Not that of an object among them: manifests do not say themselves where they may be applied.
  const ask = { environment: use.environment_id, policy, namespace: usual.namespace };
  // Where it cannot be rendered that is told, and the rules look at what was written.
  const looked = 'issues' in rendered ? objects : [...rendered.objects, ...rendered.before, ...rendered.after];
  const broken = looked.flatMap((one) => breachesOf(one, policy));
  return {
    ...(entry === undefined ? { workload: derived } : {}),
    namespace: derived.namespace,
    issues: [
      ...('issues' in rendered ? rendered.issues : []),
      ...checkPolicy(objects, ask),
      ...broken.filter(({ severity }) => severity === 'error').map(({ issue }) => issue),
    ],
    warnings: broken.filter(({ severity }) => severity === 'warning').map(({ issue }) => issue),
  };
};

const breachesOf = (one: ManifestObject, policy: KubernetesPolicy) =>
  checkRules(one.object, policy).map(({ rule, severity, path, message, hint }) => ({
    severity,
    issue: issueAt(one, path, { code: issueCodes.NotAllowed, message: `${message} [${rule}]`, hint }),
  }));

const ofAll = (message: string, hint: string): ManifestIssue => ({
  line: 1,
  column: 1,
  path: '',
  message,
  hint,
  code: issueCodes.NotVerifiable,
});
