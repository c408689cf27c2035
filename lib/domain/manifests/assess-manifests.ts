import { issueCodes } from '../batch/issues.ts';
import { type Catalogue, entryOf, type KubernetesPolicy, type ServiceEntry } from '../catalogue/catalogue.ts';
import { resolveWorkload, serviceEntry } from '../catalogue/resolve.ts';
import type { JsonObject } from '../json.ts';
import type { ArtifactType, Workload } from '../plan/plan.ts';
import { argoPauseSeconds } from '../rollout/argo-pauses.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import { movedTraffic } from '../strategy/moved-traffic.ts';
import { checkPolicy, issueAt } from './check-policy.ts';
import { deriveWorkload } from './derive-workload.ts';
import type { ManifestIssue, ManifestObject } from './manifest-object.ts';
import { type RenderedObject, renderManifests } from './render-manifests.ts';
import { replacedImages } from './replaced-images.ts';
import { checkRules } from './rules/check-rules.ts';
import { workloadKindOf } from './workload-object.ts';

/** The deployment that manifests belong to. */
export interface ManifestUse {
  readonly pillar: string;
  readonly service_name: string;
  readonly environment_id: string;
  readonly infrastructure_id: string;
  readonly docker_artifact_type: ArtifactType;
  readonly docker_image_version: string;
  /** Set if it takes no steps although its service does. */
  readonly at_once?: boolean | undefined;
}

export interface Assessed {
  /** The service's object, if the manifests identify it and the catalogue does not. */
  readonly workload?: Workload;
  /** The namespace of objects that name none; absent if the service's is unknown. */
  readonly namespace?: string;
  /** Seconds that it pauses by itself, if it is an Argo Rollout with pauses. */
  readonly pauseSeconds?: number;
  /** Reasons to refuse the manifests. */
  readonly issues: readonly ManifestIssue[];
  /** Warnings for the user. */
  readonly warnings: readonly ManifestIssue[];
}

/** Marks on objects that are only assessed; nobody sees them. */
const noMarks = { target: '', workload: '', batch: '', attempt: '', fence: 0 };

/** What is wrong with one deployment's manifests: for their service, and by the policy of its environment. */
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
  const ask = askOf(catalogue, use);
  // If rendering fails, that is an issue, and the rules check the objects as written.
  const broken =
    'issues' in rendered
      ? objects.flatMap((one) => breachesAsWritten(one, ask.policy))
      : [...rendered.objects, ...rendered.before, ...rendered.after].flatMap((one) => breachesOf(one, ask.policy));
  return {
    ...(entry === undefined ? { workload: derived } : {}),
    namespace: derived.namespace,
    ...('issues' in rendered ? {} : pausesOf(rendered.objects, derived)),
    issues: [
      ...('issues' in rendered ? rendered.issues : []),
      ...checkPolicy(objects, ask),
      ...ofSeverity(broken, 'error'),
      ...('issues' in rendered ? [] : stepIssues(rendered.objects, use, entry)),
    ],
    warnings: [...replacedImages(objects, derived), ...ofSeverity(broken, 'warning')],
  };
};

const pausesOf = (objects: readonly RenderedObject[], { kind }: Workload): Pick<Assessed, 'pauseSeconds'> => {
  const workload = kind === 'rollout' ? objects.find(({ isWorkload }) => isWorkload) : undefined;
  const pauseSeconds = workload === undefined ? 0 : argoPauseSeconds(workload.object);
  return pauseSeconds > 0 ? { pauseSeconds } : {};
};

/** Problems if its traffic moves through objects that are missing or do not fit. */
const stepIssues = (
  objects: readonly RenderedObject[],
  { environment_id, at_once }: ManifestUse,
  entry: ServiceEntry | undefined,
): readonly ManifestIssue[] => {
  const { strategy } = entry?.kubernetes ?? {};
  const main = objects.find(({ isWorkload }) => isWorkload === true);
  const isUsed = at_once !== true && strategy?.environments?.includes(environment_id) !== false;
  if (strategy === undefined || main === undefined || !isUsed) return [];
  const moved = movedTraffic(objects, main.object, strategy);
  if (!('problem' in moved)) return [];
  return [ofAll(`the service takes over by steps, and ${moved.problem}`, 'see docs/canary.md, or write at_once: true')];
};

/**
 * The same for manifests that could only be read in part: the environment's policy against the rest. Skips what needs
 * every object, such as finding the service's object.
 */
export const assessRest = (objects: readonly ManifestObject[], use: ManifestUse, catalogue: Catalogue): Assessed => {
  const read = objects.filter(({ object }) => isNamed(object));
  const ask = askOf(catalogue, use);
  const broken = read.flatMap((one) => breachesAsWritten(one, ask.policy));
  return { issues: [...checkPolicy(read, ask), ...ofSeverity(broken, 'error')], warnings: [] };
};

const isNamed = (object: JsonObject): boolean =>
  [['apiVersion'], ['kind'], ['metadata', 'name']].every((path) => stringAt(object, ...path) !== undefined);

const askOf = (catalogue: Catalogue, use: ManifestUse) => ({
  environment: use.environment_id,
  policy: entryOf(catalogue.environments, use.environment_id)?.kubernetes ?? {},
  // Not the namespace of one of the objects: manifests cannot choose where they may be applied.
  namespace: resolveWorkload(catalogue, use).namespace,
});

interface Breach {
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly issue: ManifestIssue;
}

const ofSeverity = (breaches: readonly Breach[], asked: Breach['severity']): readonly ManifestIssue[] =>
  breaches.filter(({ severity }) => severity === asked).map(({ issue }) => issue);

const breachesOf = (one: ManifestObject, policy: KubernetesPolicy): readonly Breach[] =>
  checkRules(one.object, policy).map(({ rule, severity, path, message, hint }) => ({
    ...{ rule, severity },
    issue: issueAt(one, path, { code: issueCodes.NotAllowed, message: `${message} [${rule}]`, hint }),
  }));

/** The version is not filled in yet, so an image without one may be the service's. */
const breachesAsWritten = (one: ManifestObject, policy: KubernetesPolicy): readonly Breach[] =>
  breachesOf(one, policy).filter(({ rule }) => rule !== 'image-version' || workloadKindOf(one.object) === undefined);

const ofAll = (message: string, hint: string): ManifestIssue => ({
  line: 1,
  column: 1,
  path: '',
  message,
  hint,
  code: issueCodes.NotVerifiable,
});
