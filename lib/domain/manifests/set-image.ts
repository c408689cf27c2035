import { isObject, type Json, type JsonObject } from '../json.ts';
import type { ArtifactType, Workload } from '../plan/plan.ts';
import { sameRepository } from '../rollout/image.ts';
import { isDigest, readVersion } from '../rollout/image-version.ts';
import { listAt, objectAt, stringAt } from '../rollout/kubernetes-object.ts';
import { podSpecPath } from '../rollout/pod-template.ts';

export interface ImageChange {
  readonly workload: Workload;
  readonly version: string;
  readonly artifactType?: ArtifactType;
}

/** The object with the version filled in; or why that is impossible. */
export type WithImage =
  | { readonly object: JsonObject; readonly containers: readonly string[] }
  | { readonly problem: string; readonly hint?: string };

const lists = ['containers', 'initContainers'] as const;

/**
 * Fills a version into an object: into all containers with the catalogue's image, or else the container that the
 * catalogue names, or else the only one. Kinds that have no containers stay unchanged.
 */
export const setImage = (object: JsonObject, { workload, version, artifactType }: ImageChange): WithImage => {
  const path = podSpecPath(workload);
  const spec = objectAt(object, ...path);
  const own = listAt(spec, 'containers');
  if (own.length === 0 && hasNoImage(workload)) return { object, containers: [] };
  const all = lists.flatMap((list) => listAt(spec, list));
  const chosen = chosenAmong(workload, own, all);
  if (chosen.length === 0) return nothingFound(workload, all);
  const unnamed = chosen.find((container) => repositoryOf(workload, container) === undefined);
  if (unnamed !== undefined)
    return {
      problem: `the container ${nameOf(unnamed)} has no image, and neither does the catalogue`,
      hint: 'write image: in the manifest, or set the image of the service in the configuration',
    };
  const tag = artifactType === 'helm' ? version.replaceAll('+', '_') : version;
  const set = (container: JsonObject): JsonObject =>
    chosen.includes(container)
      ? { ...container, image: imageWith(repositoryOf(workload, container)!, tag) }
      : container;
  const changed = lists.flatMap((list) =>
    Array.isArray(spec[list]) ? [[list, spec[list].map((one: Json) => (isObject(one) ? set(one) : one))] as const] : [],
  );
  return {
    object: replaceAt(object, path, { ...spec, ...Object.fromEntries(changed) }),
    containers: chosen.map(nameOf),
  };
};

/** A container whose image differs from the catalogue's and is replaced. */
export interface ReplacedImage {
  readonly path: readonly (string | number)[];
  readonly container: string;
  readonly written: string;
  readonly by: string;
}

/** The containers in which `setImage` replaces the whole image instead of only its version. */
export const imagesReplaced = (object: JsonObject, workload: Workload): readonly ReplacedImage[] => {
  const { image } = workload;
  const path = podSpecPath(workload);
  const spec = objectAt(object, ...path);
  const chosen = chosenAmong(
    workload,
    listAt(spec, 'containers'),
    lists.flatMap((list) => listAt(spec, list)),
  );
  return lists.flatMap((list) =>
    listAt(spec, list).flatMap((container, at) => {
      const written = imageOf(container);
      if (image === undefined || written === undefined || !chosen.includes(container)) return [];
      if (sameRepository(written, image)) return [];
      return [
        { path: [...path, list, at, 'image'], container: nameOf(container), written: bare(written), by: bare(image) },
      ];
    }),
  );
};

const nameOf = (container: JsonObject): string => stringAt(container, 'name') ?? '(no name)';
const imageOf = (container: JsonObject): string | undefined => stringAt(container, 'image');

const hasNoImage = ({ kind }: Workload): boolean => kind === 'certificate' || kind === 'custom';

const chosenAmong = (
  { image, container: named }: Workload,
  own: readonly JsonObject[],
  all: readonly JsonObject[],
): readonly JsonObject[] => {
  const isAsked = (one: JsonObject): boolean => image !== undefined && sameRepository(imageOf(one) ?? '', image);
  const byName = (one: JsonObject): boolean => named !== undefined && stringAt(one, 'name') === named;
  const found = all.filter((one) => isAsked(one) || byName(one));
  if (found.length > 0 || named !== undefined) return found;
  return own.length === 1 ? own : [];
};

const nothingFound = ({ image, container }: Workload, all: readonly JsonObject[]): WithImage => {
  const found = all.map((one) => `${nameOf(one)} (${imageOf(one) ?? 'no image'})`).join(', ');
  if (all.length === 0) return { problem: 'has no container for the version' };
  if (container !== undefined)
    return {
      problem: `has no container ${container}; it has ${found}`,
      hint: 'the configuration names that container',
    };
  if (image === undefined)
    return {
      problem: `has several containers, and it is not clear which is the service: ${found}`,
      hint: 'set the image or container of the service in the configuration',
    };
  return {
    problem: `has no container with the image ${image}; it has ${found}`,
    hint: 'the configuration names that image',
  };
};

/** Keeps the original spelling if it names the same image: another spelling would be a change. */
const repositoryOf = ({ image }: Workload, container: JsonObject): string | undefined => {
  const written = imageOf(container);
  if (image === undefined) return written === undefined ? undefined : bare(written);
  return written !== undefined && sameRepository(written, image) ? bare(written) : bare(image);
};

/**
 * Without tag and digest. A colon after the last slash starts the tag. One before it belongs to the registry's port.
 */
const bare = (reference: string): string => {
  const name = isDigest(reference) ? '' : reference.split('@', 1).join();
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon < 0 ? name : name.slice(0, colon);
};

const imageWith = (repository: string, version: string): string => {
  const { tag, digest } = readVersion(version);
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
};

const replaceAt = (object: JsonObject, [key, ...rest]: readonly string[], value: JsonObject): JsonObject =>
  key === undefined ? value : { ...object, [key]: replaceAt(objectAt(object, key), rest, value) };
