import { issueCodes } from '../batch/issues.ts';
import type { JsonObject } from '../json.ts';
import type { ArtifactType, Workload } from '../plan/plan.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import type { HookTime } from './check-identity.ts';
import { cleanObject } from './clean-object.ts';
import { isNamespaced as isNamespacedByNature } from './cluster-scoped.ts';
import { inKindOrder } from './kind-order.ts';
import { type ManifestIssue, type ManifestObject, objectKey, objectTitle } from './manifest-object.ts';
import { markObject } from './mark-object.ts';
import { annotations, labels, type Marks } from './marks.ts';
import { doubled } from './parse-manifests.ts';
import { setImage } from './set-image.ts';
import { findWorkload } from './workload-object.ts';

export interface RenderRequest {
  /** From `parseManifests`, without issues. */
  readonly objects: readonly ManifestObject[];
  readonly workload: Workload;
  /** `docker_image_version`. */
  readonly version: string;
  readonly artifactType?: ArtifactType;
  readonly marks: Marks;
  /** As the server says, or else as known for built-in kinds. */
  readonly isNamespaced?: (apiVersion: string, kind: string) => boolean;
}

/** `object` as it will be applied. */
export interface RenderedObject extends ManifestObject {
  /** Set if it is the service itself. */
  readonly isWorkload?: true;
}

export interface RenderedManifests {
  /** In the order in which they are applied, without hooks. */
  readonly objects: readonly RenderedObject[];
  /** Hooks, in the order of the text, with their original names. */
  readonly before: readonly RenderedObject[];
  readonly after: readonly RenderedObject[];
}

/** What to apply, in kind order: with namespaces, version, labels and annotations. Or every problem. */
export const renderManifests = (
  request: RenderRequest,
): RenderedManifests | { readonly issues: readonly ManifestIssue[] } => {
  const { workload, marks, isNamespaced = isNamespacedByNature } = request;
  const placed = request.objects.map(
    (one): ManifestObject => ({
      ...one,
      object: inNamespace(cleanObject(one.object), workload.namespace, isNamespaced),
    }),
  );
  const main = findWorkload(
    placed.filter(({ object }) => hookOf(object) === undefined),
    workload,
  );
  const changed = main === undefined ? missing(request) : withVersion(main, request);
  const issues = [...doubles(placed), ...('issue' in changed ? [changed.issue] : [])];
  if (issues.length > 0 || 'issue' in changed) return { issues };
  const rendered = placed.map((one): RenderedObject => {
    const own = one === main ? { ...one, object: changed.object, isWorkload: true as const } : one;
    return { ...own, object: markObject(own.object, marks, { [labels.managedBy]: 'flotilla' }) };
  });
  const hooks = (time: HookTime) => rendered.filter(({ object }) => hookOf(object) === time);
  return {
    objects: inKindOrder(rendered.filter(({ object }) => hookOf(object) === undefined)),
    before: hooks('before'),
    after: hooks('after'),
  };
};

/** When an object runs as a hook; undefined if it is not one. */
export const hookOf = (object: JsonObject): HookTime | undefined => {
  const hook = stringAt(object, 'metadata', 'annotations', annotations.hook);
  return hook === 'before' || hook === 'after' ? hook : undefined;
};

const inNamespace = (
  object: JsonObject,
  namespace: string,
  isNamespaced: (apiVersion: string, kind: string) => boolean,
): JsonObject => {
  const hasOne = stringAt(object, 'metadata', 'namespace') !== undefined;
  const isAsked = isNamespaced(stringAt(object, 'apiVersion') ?? '', stringAt(object, 'kind') ?? '');
  if (hasOne || !isAsked) return object;
  return { ...object, metadata: { ...(object.metadata as JsonObject), namespace } };
};

type Changed = { readonly object: JsonObject } | { readonly issue: ManifestIssue };

const withVersion = (main: ManifestObject, { workload, version, artifactType }: RenderRequest): Changed => {
  const set = setImage(main.object, { workload, version, ...(artifactType === undefined ? {} : { artifactType }) });
  if ('object' in set) return set;
  return {
    issue: {
      ...main.placeOf(['spec']),
      path: 'spec',
      object: objectTitle(main.object),
      message: set.problem,
      code: issueCodes.NotAllowed,
      ...(set.hint === undefined ? {} : { hint: set.hint }),
      ...(main.file === undefined ? {} : { file: main.file }),
    },
  };
};

/** Without the workload, the version would go nowhere and the service would not change. */
const missing = ({ workload, objects }: RenderRequest): Changed => {
  const found = objects.slice(0, 10).map(({ object }) => objectTitle(object));
  const more = objects.length > found.length ? ` and ${objects.length - found.length} more` : '';
  return {
    issue: {
      line: 1,
      column: 1,
      path: '',
      message: `the ${workload.kind} ${workload.namespace}/${workload.name} is not among the objects: ${found.join(', ')}${more}`,
      hint: 'add it: the configuration names it as the service whose version is deployed',
      code: issueCodes.Missing,
    },
  };
};

/** Objects that name their namespace and others that are given the same one. */
const doubles = (placed: readonly ManifestObject[]): readonly ManifestIssue[] => {
  const first = new Map<string, ManifestObject>();
  return placed.flatMap((one) => {
    const key = objectKey(one.object);
    const known = first.get(key);
    if (known === undefined) first.set(key, one);
    return known === undefined ? [] : [doubled(one, known)];
  });
};
