import type { JsonObject } from '../../domain/json.ts';
import { scopeProblems } from '../../domain/manifests/check-policy.ts';
import { type ImageOnlyRequest, imageOnly } from '../../domain/manifests/image-only.ts';
import { inKindOrder } from '../../domain/manifests/kind-order.ts';
import type { ManifestIssue, ManifestObject } from '../../domain/manifests/manifest-object.ts';
import { markObject } from '../../domain/manifests/mark-object.ts';
import { type Marks, ownerOf } from '../../domain/manifests/marks.ts';
import { parseManifests } from '../../domain/manifests/parse-manifests.ts';
import { type RenderedObject, renderManifests } from '../../domain/manifests/render-manifests.ts';
import { apiKindOf, isObjectOf } from '../../domain/manifests/workload-object.ts';
import type { ClusterObjects, KubernetesObject, RunRequest } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import { objectAt, stringAt } from '../../domain/rollout/kubernetes-object.ts';
import { sha256Of } from '../../domain/sha256.ts';
import { type Advance, failed } from './advance-result.ts';
import { each, type Made, placeless, type Wanted, type Work } from './work.ts';

type Found = Wanted | { readonly end: Advance };

/** What an attempt will apply. */
export const findWanted = async (work: Work): Promise<Found> => {
  const { manifests, before } = work.settings;
  if (before !== undefined) return seenBefore(work, documentPaths.before(before.batch_id, before.index));
  if (manifests === undefined) return onlyImage(work);
  if (manifests.sha256 !== undefined) return ofManifests(work, manifests.sha256);
  return { end: failed('ManifestsInvalid', 'Its manifests were not fetched when the batch was planned.') };
};

export const marksOf = ({ key, batch_id, deployment, at }: RunRequest): Marks => ({
  ...ownerOf(deployment),
  batch: batch_id,
  attempt: key,
  fence: at,
});

const ofManifests = async (work: Work, sha256: string): Promise<Found> => {
  const { request } = work;
  const read = await readDocument(work, documentPaths.manifests(sha256), sha256);
  if ('end' in read) return read;
  const { docker_artifact_type: artifactType, workload } = request.deployment;
  const isNamespaced = await scopeOf(work.objects, read.objects);
  const ask = { environment: request.deployment.environment_id, policy: work.settings };
  const refused = read.objects.flatMap((one) => scopeProblems(one, ask, isNamespaced));
  if (refused.length > 0) return { end: invalid(refused) };
  const rendered = renderManifests({
    ...{ objects: read.objects, workload, version: request.version, artifactType },
    ...{ marks: marksOf(request), ...(isNamespaced && { isNamespaced }) },
  });
  if ('issues' in rendered) return { end: invalid(rendered.issues) };
  return { ...rendered, objects: rendered.objects.map((one) => withReplicas(one, work.settings)), isWhole: true };
};

const withReplicas = (one: RenderedObject, { replicas }: Work['settings']): RenderedObject =>
  one.isWorkload === undefined || replicas === undefined
    ? one
    : { ...one, object: { ...one.object, spec: { ...objectAt(one.object, 'spec'), replicas } } };

/** It already contains its image, as it was recorded. */
const seenBefore = async (work: Work, path: string): Promise<Found> => {
  const read = await readDocument(work, path);
  if ('end' in read) return read;
  const { workload } = work.request.deployment;
  const objects = read.objects.map((one): RenderedObject => {
    const own = { ...one, object: markObject(one.object, marksOf(work.request)) };
    return isObjectOf(workload, one.object) ? { ...own, isWorkload: true } : own;
  });
  return { objects: inKindOrder(objects), before: [], after: [], isWhole: false };
};

/** Named by its content where a hash is given: a replaced text is never applied. */
const readDocument = async (
  { documents }: Work,
  path: string,
  sha256?: string,
): Promise<{ readonly objects: readonly ManifestObject[] } | { readonly end: Advance }> => {
  const text = await documents.get(path);
  if (text === undefined) return { end: failed('ManifestsMissing', `What should be applied is not stored: ${path}.`) };
  if (sha256 !== undefined && sha256Of(text) !== sha256) {
    const message = `What should be applied is not stored: the text of ${path} does not match its SHA-256. None of it is applied.`;
    return { end: failed('ManifestsMissing', message) };
  }
  const { objects, issues } = parseManifests(text);
  return issues.length > 0 ? { end: invalid(issues) } : { objects };
};

const mostIssues = 10;

const invalid = (issues: readonly ManifestIssue[]): Advance => {
  const told = issues.slice(0, mostIssues).map(({ object, file, line, path, message }) => {
    const where = [file === undefined ? `line ${line}` : `${file}:${line}`, object, path];
    return `${where.filter(Boolean).join(' ')}: ${message}`;
  });
  const more = issues.length > mostIssues ? [`and ${issues.length - mostIssues} more`] : [];
  return failed('ManifestsInvalid', `The manifests cannot be applied: ${[...told, ...more].join('; ')}.`);
};

type Scope = (apiVersion: string, kind: string) => boolean;

/**
 * Answered by the server. For a kind that it does not know yet, because the same manifests define it, by the
 * definition.
 */
const scopeOf = async (objects: ClusterObjects, written: readonly ManifestObject[]): Promise<Scope | undefined> => {
  const kinds = [...new Set(written.map(({ object }) => kindOf(object)))];
  const known = await each(kinds, async (one) => {
    const [apiVersion = '', kind = ''] = one.split(' ');
    return [one, (await objects.known(apiVersion, kind))?.namespaced ?? definedScope(written, kind)] as const;
  });
  const scopes = new Map(known);
  return (apiVersion, kind) => scopes.get(`${apiVersion} ${kind}`) ?? true;
};

const kindOf = (object: JsonObject): string => `${stringAt(object, 'apiVersion')} ${stringAt(object, 'kind')}`;

const definedScope = (written: readonly ManifestObject[], kind: string): boolean | undefined => {
  const definition = written.find(({ object }) => isDefinitionOf(object, kind));
  return definition === undefined ? undefined : stringAt(definition.object, 'spec', 'scope') !== 'Cluster';
};

export const isDefinitionOf = (object: JsonObject, kind: string): boolean =>
  object.kind === 'CustomResourceDefinition' && stringAt(object, 'spec', 'names', 'kind') === kind;

/** The live workload with another image. */
const onlyImage = async ({ request, objects }: Work): Promise<Found> => {
  const { workload, docker_artifact_type: artifactType } = request.deployment;
  const { name, namespace } = workload;
  const api = apiKindOf(workload);
  if (api === undefined) {
    const message = `A custom resource needs manifests, but ${namespace}/${name} has none.`;
    return { end: failed('ManifestsInvalid', message) };
  }
  const live = await objects.get({ ...api, namespace, name });
  if (live === undefined) {
    const message = `There is no ${api.kind} ${namespace}/${name} to update the image of. Add manifests that create it.`;
    return { end: failed('WorkloadMissing', message) };
  }
  const madeOf = (read: KubernetesObject): Made =>
    withImage({
      live: { ...read, apiVersion: api.api_version, kind: api.kind },
      ...{ workload, version: request.version, artifactType, marks: marksOf(request) },
    });
  const made = madeOf(live);
  if ('problem' in made)
    return { end: failed('ManifestsInvalid', `${api.kind} ${namespace}/${name}: ${made.problem}.`) };
  return { objects: [{ ...placeless(made.object), isWorkload: true, madeOf }], before: [], after: [], isWhole: false };
};

const withImage = (request: ImageOnlyRequest): Made => {
  const made = imageOnly(request);
  if (!('problem' in made) || made.hint === undefined) return made;
  return { problem: `${made.problem}. ${made.hint}` };
};
