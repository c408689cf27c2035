import type { JsonObject } from '../json.ts';
import { mainContainer } from './baseline.ts';
import { hasDigest, hasTag, hasVersion, parseImage, sameImage, sameRepository } from './image.ts';
import { isDigest, readVersion, versionOf } from './image-version.ts';
import { type Expected, type Finding, failing, type Look, waiting } from './judgement.ts';
import { listAt, stringAt } from './kubernetes-object.ts';
import { type Container, containersOf, imagesOf, podSpecOf } from './pod-template.ts';
import { podsOfNewRevision } from './revision.ts';

type ImageLook = Pick<Look, 'workload' | 'expected' | 'view'>;

/**
 * Whether the workload's spec asks for the expected image; undefined when that cannot be told: a chart's version without
 * an image in the catalogue, or a digest asked for, a tag in the spec and no container started yet.
 */
export function isExpectedImage(look: ImageLook): boolean | undefined {
  const { workload, expected, view } = look;
  if (view.workload === undefined) return false;
  const asked = expected.image ?? workload.image;
  if (asked === undefined && expected.artifactType !== 'docker') return undefined;
  const answers = candidates(look, view.workload).map(({ name, image }) =>
    asked === undefined ? isVersion(look, { name, image }) : isAsked(look, { name, image }, asked),
  );
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** The finding when the image is not (or no longer) the expected one; nothing when the kind's own rules may judge. */
export function imageFinding(look: Look): Finding | undefined {
  const { workload, expected, baseline, view, previous } = look;
  if (view.workload === undefined) return undefined;
  const answer = isExpectedImage(look);
  const now = describeImages(look, view.workload);
  const asked = describeExpected(look);
  if (answer === true) return undefined;
  if (answer === undefined) {
    const before = previous?.images;
    if (before === undefined || sameImages(before, imagesOf(workload, view.workload))) return undefined;
    return failing('Superseded', `the images changed again while ${expected.version} was verified; now ${now}`);
  }
  if (previous?.saw_expected === true) {
    return failing('Superseded', `the image was ${asked}, as asked for, and is now ${now}: somebody else changed it`);
  }
  const main = mainContainer(workload, view.workload, expected.image ?? workload.image);
  if (!baseline.exists && main !== undefined) {
    return failing('WrongImage', `${asked} was asked for, but the new ${workload.kind} has ${now}`);
  }
  if (main !== undefined && baseline.image !== undefined && !sameImage(main.image, baseline.image)) {
    return failing(
      'Superseded',
      `the image is ${now}: neither ${baseline.image}, as before, nor ${asked}, as asked for`,
    );
  }
  return waiting('ImageNotUpdated', `the image is still ${now}; ${asked} is awaited`);
}

/** Where no image can be compared, the images of the first look tell whether somebody changes them afterwards. */
export function imagesToRemember(look: Look): Readonly<Record<string, string>> | undefined {
  if (look.previous?.images !== undefined) return look.previous.images;
  const object = look.view.workload;
  return object === undefined || isExpectedImage(look) !== undefined ? undefined : imagesOf(look.workload, object);
}

/** The warning of a success whose image was recorded only. */
export function imageWarning(look: Look): string | undefined {
  const object = look.view.workload;
  if (object === undefined || isExpectedImage(look) !== undefined) return undefined;
  const { version, artifactType } = look.expected;
  const why =
    readVersion(version).digest === undefined
      ? `the catalogue names no image to compare with the version of a ${artifactType} artifact`
      : `the workload names a tag, and no container that runs tells whether it is ${version}`;
  return `the image was recorded, not compared: ${why}; ${describeImages(look, object)}`;
}

export const describeImages = (look: Pick<Look, 'workload'>, object: JsonObject): string => {
  const main = mainContainer(look.workload, object);
  return main?.image ?? Object.values(imagesOf(look.workload, object)).join(', ');
};

/** A named container only; else any (init containers are no service). */
function candidates({ workload }: ImageLook, object: JsonObject): readonly Container[] {
  return containersOf(podSpecOf(workload, object)).filter(
    ({ name }) => workload.container === undefined || name === workload.container,
  );
}

/** The repository with the version, or exactly the reference where it names one. */
function isAsked(look: ImageLook, container: Container, asked: string): boolean | undefined {
  const { image } = container;
  const named = exactly(asked);
  if (named === undefined) return sameRepository(image, asked) && isVersion(look, container);
  const mayMove = parseImage(asked).digest !== undefined && parseImage(image).digest === undefined;
  return sameImage(image, asked) || (mayMove && sameRepository(image, asked) && isVersion(look, container, named));
}

/** A digest asked for and only a tag in the spec: what the started containers really run decides, for a tag can move. */
function isVersion(
  look: ImageLook,
  { name, image }: Container,
  version = asImageVersion(look.expected),
): boolean | undefined {
  const { tag, digest } = readVersion(version);
  const shown = parseImage(image);
  // Who pulls by a digest gets what it names, or nothing.
  if (digest === undefined || shown.digest !== undefined) return hasVersion(image, version);
  if (!hasTag(shown, tag)) return false;
  const answers = startedImages(look, name).map((id) => hasDigest(id, digest));
  if (answers.includes(false)) return false;
  return answers.length === 0 || answers.includes(undefined) ? undefined : true;
}

/** Where the catalogue names an image for a chart, its tag is the chart's version, with `_` for the `+` that no tag can have. */
const asImageVersion = ({ version, artifactType }: Expected): string =>
  artifactType === 'helm' ? version.replaceAll('+', '_') : version;

/** What the runtimes say that they run. */
const startedImages = ({ workload, view }: ImageLook, container: string): readonly string[] =>
  podsOfNewRevision(workload, view).flatMap((pod) =>
    listAt(pod, 'status', 'containerStatuses')
      .filter((status) => stringAt(status, 'name') === container)
      .map((status) => stringAt(status, 'imageID') ?? '')
      .filter((id) => id !== ''),
  );

/** The version that a reference names, if it does. */
const exactly = (reference: string): string | undefined => versionOf(parseImage(reference));

function describeExpected({ expected, workload }: ImageLook): string {
  const asked = expected.image ?? workload.image;
  if (asked === undefined) return `version ${expected.version}`;
  return exactly(asked) !== undefined ? asked : `${asked}${isDigest(expected.version) ? '@' : ':'}${expected.version}`;
}

const sameImages = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([container, image]) => other[container] === image);
