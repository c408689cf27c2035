import type { JsonObject } from '../json.ts';
import { type Baseline, imageBefore, mainContainer, podSpecsAfter, possibleContainers } from './baseline.ts';
import { hasDigest, hasTag, hasVersion, parseImage, sameImage, sameRepository } from './image.ts';
import { isDigest, readVersion, versionOf } from './image-version.ts';
import type { Expected, Look } from './judgement.ts';
import { listAt, stringAt } from './kubernetes-object.ts';
import { type Container, containersOf, imagesOf, podSpecOf } from './pod-template.ts';
import { podsOfNewRevision } from './revision.ts';

/** Without a baseline, it is not known what was there before. */
export type ImageLook = Pick<Look, 'workload' | 'expected' | 'view'> & { readonly baseline?: Baseline };

/**
 * Whether the workload's spec asks for the expected image. Undefined if that is unclear: a chart's version without an
 * image in the catalogue, or a requested digest with a tag in the spec and no container started yet.
 */
export function isExpectedImage(look: ImageLook): boolean | undefined {
  const { workload, view } = look;
  if (view.workload === undefined) return false;
  if (!isComparable(look)) return undefined;
  return isAmong(look, containersOf(podSpecOf(workload, view.workload)), (container) => isIt(look, container));
}

/**
 * Whether the workload had the expected image at some point since the baseline, as far as the cluster keeps history.
 */
export function stoodThere(look: ImageLook & { readonly baseline: Baseline }): boolean {
  const { workload, baseline, view } = look;
  return podSpecsAfter(workload, baseline, view).some((spec) => isWritten(look, spec));
}

/**
 * Whether a pod spec asks for the expected image, whatever it leads to: for tag and digest, only the tag is checked.
 */
export function isWritten(look: ImageLook, podSpec: JsonObject): boolean {
  if (!isComparable(look)) return false;
  const wanted = (container: Container) =>
    isReference(look, container, (version) => hasTagOf(container.image, version)) === true;
  return isAmong(look, containersOf(podSpec), wanted) === true;
}

export const askedReference = ({ expected, workload }: Pick<ImageLook, 'expected' | 'workload'>): string | undefined =>
  expected.image ?? workload.image;

const isComparable = (look: ImageLook): boolean =>
  (askedReference(look) !== undefined || look.expected.artifactType === 'docker') && !hasNoImage(look);

/** A certificate, or another custom object without a pod template: no image contains its version. */
export const hasNoImage = ({ workload: { kind }, view }: Pick<ImageLook, 'workload' | 'view'>): boolean =>
  (kind === 'certificate' || kind === 'custom' || kind === 'rollout') &&
  view.workload !== undefined &&
  containersOf(podSpecOf({ kind }, view.workload)).length === 0;

/**
 * If several containers could be the service, one that already had the version proves nothing. It counts only if a
 * container got it since the baseline, if one is identified by digest, or if all have it.
 */
function isAmong(
  look: ImageLook,
  containers: readonly Container[],
  is: (container: Container) => boolean | undefined,
): boolean | undefined {
  const possible = candidates(look, containers);
  if (possible.length > 0 && possible.every((container) => is(container) === true)) return true;
  const proving = possible.length === 1 || isByDigest(look) ? possible : possible.filter(isNewSince(look.baseline));
  const answers = proving.map(is);
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

const isByDigest = ({ expected }: ImageLook): boolean => readVersion(expected.version).digest !== undefined;

/** The containers that may be the service, by the requested reference. */
export const candidates = (look: ImageLook, containers: readonly Container[]): readonly Container[] =>
  possibleContainers(look.workload, containers, askedReference(look));

/**
 * The service's container: by name, count or repository, or else the only one that got the version since the baseline.
 */
export function serviceContainer(look: ImageLook): Container | undefined {
  const { workload, view } = look;
  if (view.workload === undefined) return undefined;
  const possible = candidates(look, containersOf(podSpecOf(workload, view.workload)));
  const proving =
    possible.length === 1 ? possible : possible.filter(isNewSince(look.baseline)).filter(isItSurely(look));
  return proving.length === 1 ? proving[0] : undefined;
}

/** The names of the containers that could be the service, if there are several and it is not clear which. */
export function ambiguousContainers(look: ImageLook): readonly string[] {
  const { workload, view } = look;
  if (view.workload === undefined || !isComparable(look)) return [];
  const possible = candidates(look, containersOf(podSpecOf(workload, view.workload)));
  return possible.length < 2 ? [] : possible.map(({ name }) => name);
}

const isItSurely = (look: ImageLook) => (container: Container) => isComparable(look) && isIt(look, container) === true;

/** A baseline of an earlier version lists no containers, so any may have changed. */
const isNewSince = (baseline: Baseline | undefined) => {
  if (baseline === undefined) return () => false;
  return ({ name, image }: Container): boolean => {
    const before = imageBefore(baseline, name);
    return before === undefined || !sameImage(before, image);
  };
};

const isIt = (look: ImageLook, container: Container): boolean | undefined =>
  isReference(look, container, (version) => isVersion(look, container, version));

/** The repository with the version, or exactly the reference if it names one. */
function isReference(
  look: ImageLook,
  { name, image }: Container,
  hasIt: (version: string) => boolean | undefined,
): boolean | undefined {
  const asked = askedReference(look);
  const version = asImageVersion(look.expected);
  if (asked === undefined) return isHeldRepository(look, { name, image }) && hasIt(version);
  const named = exactly(asked);
  if (named === undefined) return sameRepository(image, asked) && hasIt(version);
  const mayMove = parseImage(asked).digest !== undefined && parseImage(image).digest === undefined;
  return sameImage(image, asked) || (mayMove && sameRepository(image, asked) && hasIt(named));
}

/** If no repository is named, the previous one is meant. */
const isHeldRepository = ({ baseline, ...look }: ImageLook, { name, image }: Container): boolean => {
  const before = baseline && repositoryBefore({ ...look, baseline }, name);
  return before === undefined || sameRepository(image, before);
};

/** The container's previous repository; undefined if unknown. */
export const repositoryBefore = (look: ImageLook & { readonly baseline: Baseline }, name: string): string | undefined =>
  imageBefore(look.baseline, name) ?? look.baseline.image;

/**
 * A digest was requested and the spec has only a tag. What the started containers really run decides, because a tag can
 * move.
 */
function isVersion(look: ImageLook, { name, image }: Container, version: string): boolean | undefined {
  const { tag, digest } = readVersion(version);
  const shown = parseImage(image);
  // A pull by digest gets exactly that image, or nothing.
  if (digest === undefined || shown.digest !== undefined) return hasVersion(image, version);
  if (!hasTag(shown, tag)) return false;
  const answers = startedImages(look, name).map((id) => hasDigest(id, digest));
  if (answers.includes(false)) return false;
  return answers.length === 0 || answers.includes(undefined) ? undefined : true;
}

const hasTagOf = (image: string, version: string): boolean => {
  const { tag } = readVersion(version);
  const shown = parseImage(image);
  return shown.digest !== undefined || tag === undefined ? hasVersion(image, version) : hasTag(shown, tag);
};

/**
 * If the catalogue names an image for a chart, its tag is the chart's version, with `_` for `+`, which tags cannot
 * have.
 */
const asImageVersion = ({ version, artifactType }: Expected): string =>
  artifactType === 'helm' ? version.replaceAll('+', '_') : version;

interface Started {
  readonly pod: JsonObject;
  /** What the runtime reports. */
  readonly image: string;
}

/** A started container in the new revision's pods. */
export const startedIn = (
  { workload, view }: Pick<ImageLook, 'workload' | 'view'>,
  container: string,
): readonly Started[] =>
  podsOfNewRevision(workload, view).flatMap((pod) =>
    listAt(pod, 'status', 'containerStatuses')
      .filter((status) => stringAt(status, 'name') === container)
      .map((status) => ({ pod, image: stringAt(status, 'imageID') ?? '' }))
      .filter(({ image }) => image !== ''),
  );

export const startedImages = (look: Pick<ImageLook, 'workload' | 'view'>, container: string): readonly string[] =>
  startedIn(look, container).map(({ image }) => image);

/** The version that a reference names, if any. */
const exactly = (reference: string): string | undefined => versionOf(parseImage(reference));

export function describeExpected(look: Pick<ImageLook, 'expected' | 'workload'>): string {
  const asked = askedReference(look);
  const { version } = look.expected;
  if (asked === undefined) return `version ${version}`;
  return exactly(asked) !== undefined ? asked : `${asked}${isDigest(version) ? '@' : ':'}${version}`;
}

export const describeImages = (look: Pick<Look, 'workload'>, object: JsonObject): string => {
  const main = mainContainer(look.workload, object);
  return main?.image ?? Object.values(imagesOf(look.workload, object)).join(', ');
};
