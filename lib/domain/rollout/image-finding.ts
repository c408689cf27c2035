import { hasReturned, imageBefore, isSameRevision, mainContainer, revisionOf } from './baseline.ts';
import {
  askedReference,
  candidates,
  describeExpected,
  describeImages,
  hasNoImage,
  isExpectedImage,
  repositoryBefore,
  startedImages,
  stoodThere,
} from './expected-image.ts';
import { hasDigest, hasTag, hasVersion, parseImage, sameImage, sameRepository } from './image.ts';
import { setBy } from './image-setter.ts';
import { readVersion } from './image-version.ts';
import { type Finding, failing, type Look, type Seen, waiting } from './judgement.ts';
import { stringAt } from './kubernetes-object.ts';
import { containersOf, imagesOf, podSpecOf } from './pod-template.ts';
import { templateMark } from './template-mark.ts';
import { describeBefore, isBaselines, sameImages } from './whose-image.ts';

/**
 * The finding if the image is not, or no longer, the expected one; undefined if the kind's own rules may judge. It
 * matters whether the expected image was in place since the baseline (seen at an earlier look, or kept by the cluster):
 * then it was replaced.
 */
export function imageFinding(look: Look): Finding | undefined {
  const { view } = look;
  if (view.workload === undefined) return undefined;
  const seen: Seen = { ...look, object: view.workload };
  const answer = isExpectedImage(look);
  if (answer === true) return changedTemplate(seen);
  if (answer === undefined) return changedImages(seen);
  return movedTag(seen) ?? replaced(seen) ?? movedRepository(seen) ?? another(seen) ?? notYet(seen);
}

/**
 * The image is right, but the rest of the template changed after the executor finished: what would be verified is
 * somebody else's. Changes before the first look are the executor's own, in any number of steps. Compared by content,
 * not by generation, which an autoscaler also raises.
 */
function changedTemplate(look: Seen): Finding | undefined {
  const before = look.previous?.template;
  if (before === undefined || before === templateMark(look.workload, look.object)) return undefined;
  const what = describeExpected(look);
  return failing(
    'Superseded',
    `the pod template was changed while ${what} was verified: it still has that image, but what runs now is somebody else's change; deploy again to verify it`,
  );
}

function changedImages({ workload, object, previous, ...look }: Seen): Finding | undefined {
  const before = previous?.images;
  if (before === undefined || sameImages(before, imagesOf(workload, object))) return undefined;
  const now = `${describeImages({ workload }, object)}${setBy({ workload }, object)}`;
  return failing('Superseded', `the images changed again while ${look.expected.version} was verified; now ${now}`);
}

/** The spec has the tag, but the tag no longer leads to the requested digest. No later look will change that. */
function movedTag(look: Seen): Finding | undefined {
  const { baseline, workload, view } = look;
  const { tag, digest } = readVersion(look.expected.version);
  if (digest === undefined || isSameRevision(baseline, { ...baseline, ...here(look) })) return undefined;
  for (const { name, image } of candidates(look, containersOf(podSpecOf(workload, look.object)))) {
    const shown = parseImage(image);
    const before = imageBefore(baseline, name) ?? baseline.image;
    const isOurs = hasTag(shown, tag) && (tag !== undefined || before === undefined || !sameImage(image, before));
    const runs = startedImages({ workload, view }, name).find((id) => hasDigest(id, digest) === false);
    if (shown.digest !== undefined || !isOurs || runs === undefined) continue;
    const other = parseImage(runs).digest;
    return failing('DigestMoved', `in the registry, ${image} led to ${other}, not to ${describeExpected(look)}`);
  }
  return undefined;
}

const here = ({ workload, view, object }: Seen) => {
  const uid = stringAt(object, 'metadata', 'uid');
  const revision = revisionOf(workload, view);
  return { ...(uid === undefined ? {} : { uid }), ...(revision === undefined ? {} : { revision }) };
};

/** The same tag in another repository is a different program, until the catalogue names it. */
function movedRepository(look: Seen): Finding | undefined {
  if (askedReference(look) !== undefined) return undefined;
  const main = mainContainer(look.workload, look.object);
  const before = main && repositoryBefore(look, main.name);
  if (main === undefined || before === undefined || sameRepository(main.image, before)) return undefined;
  if (!hasVersion(main.image, look.expected.version)) return undefined;
  return failing(
    'RepositoryChanged',
    `the image is ${main.image}, of another repository than ${before}, as before; name the new one as \`image\` in the catalogue if it is meant`,
  );
}

/** The expected image was in place. Somebody replaced it deliberately, even if with the previous one. */
function replaced(look: Seen): Finding | undefined {
  const { workload, baseline, view, object } = look;
  const now = describeImages(look, object);
  const isAsBefore = isBaselines(look, object);
  if (look.previous?.saw_expected === true || stoodThere(look)) {
    const how = isAsBefore ? ' again, as before: it was put back' : ': somebody else changed it';
    return failing(
      'Superseded',
      `the image was ${describeExpected(look)}, as requested, and is now ${now}${how}${setBy(look, object)}`,
    );
  }
  if (!isAsBefore || !hasReturned(workload, baseline, view)) return undefined;
  return failing(
    'Superseded',
    `the image is ${now} again, as before: another template was there in between, and was reverted`,
  );
}

/**
 * Neither the previous image nor the expected one, no matter who wrote it. The executor may also have built a different
 * one from the version.
 */
function another(look: Seen): Finding | undefined {
  const { baseline, expected, workload, object } = look;
  const main = mainContainer(workload, object, expected.image ?? workload.image);
  const now = describeImages(look, object);
  const asked = describeExpected(look);
  if (!baseline.exists && main !== undefined) {
    return failing('WrongImage', `${asked} was requested, but the new ${workload.kind} has ${now}`);
  }
  const isAnother = main === undefined ? isEachAnother(look) : isAnotherThan(baseline.image, main.image);
  if (!isAnother) return undefined;
  const before = describeBefore(look);
  return failing(
    'Superseded',
    `the image is ${now}${setBy(look, object)}: neither ${before}, as before, nor ${asked}, as requested`,
  );
}

/** If several containers may be the service, and each has a new image. */
const isEachAnother = (look: Seen): boolean => {
  const possible = candidates(look, containersOf(podSpecOf(look.workload, look.object)));
  return (
    possible.length > 0 && possible.every(({ name, image }) => isAnotherThan(imageBefore(look.baseline, name), image))
  );
};

const isAnotherThan = (before: string | undefined, image: string): boolean =>
  before !== undefined && !sameImage(image, before);

/** Mentions containers that have the version and already had it, if it is not clear which is the service. */
function notYet(look: Seen): Finding {
  const { baseline, expected, workload, object } = look;
  const text = `the image is still ${describeImages(look, object)}; ${describeExpected(look)} is awaited`;
  const possible = candidates(look, containersOf(podSpecOf(workload, object)));
  const had = possible.filter(({ name, image }) => {
    const before = imageBefore(baseline, name);
    return before !== undefined && sameImage(before, image) && hasVersion(image, expected.version);
  });
  if (possible.length < 2 || had.length === 0) return waiting('ImageNotUpdated', text);
  const names = had.map(({ name }) => name).join(', ');
  return waiting(
    'ImageNotUpdated',
    `${text}. That ${names} had this version before proves nothing; name the service's \`container\` in the catalogue`,
  );
}

/** If images cannot be compared with the version, the first look's images reveal later changes. */
export function imagesToRemember(look: Look): Readonly<Record<string, string>> | undefined {
  if (look.previous?.images !== undefined) return look.previous.images;
  const object = look.view.workload;
  return object === undefined || isExpectedImage(look) !== undefined ? undefined : imagesOf(look.workload, object);
}

/** The template's mark at the first look that found the expected image. */
export function templateToRemember(look: Look): string | undefined {
  if (look.previous?.template !== undefined) return look.previous.template;
  const object = look.view.workload;
  return object === undefined || isExpectedImage(look) !== true ? undefined : templateMark(look.workload, object);
}

/** The warning on a success whose image was only recorded. */
export function imageWarning(look: Look): string | undefined {
  const object = look.view.workload;
  if (object === undefined || isExpectedImage(look) !== undefined) return undefined;
  const { version, artifactType } = look.expected;
  if (hasNoImage(look)) {
    const verified = 'verified: its controller has seen the last apply and reports it as ready';
    return `version ${version} was not compared: a ${look.workload.kind} object without a pod template names no image; ${verified}`;
  }
  const why =
    readVersion(version).digest === undefined
      ? `the catalogue names no image to compare with the version of a ${artifactType} artifact`
      : `the workload names a tag, and no container that runs tells whether it is ${version}`;
  return `the image was recorded, not compared: ${why}; ${describeImages(look, object)}`;
}
