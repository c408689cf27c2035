import type { JsonObject } from '../json.ts';
import { imageBefore, mainContainer, podSpecsAfter } from './baseline.ts';
import { describeExpected, describeImages, isExpectedImage, isWritten, serviceContainer } from './expected-image.ts';
import { sameImage } from './image.ts';
import { setBy } from './image-setter.ts';
import type { Expected, Look } from './judgement.ts';
import { stringAt } from './kubernetes-object.ts';
import { containersOf, imagesOf, podSpecOf } from './pod-template.ts';

type BaselineLook = Pick<Look, 'workload' | 'expected' | 'view' | 'baseline'>;

/**
 * What is to be said of an image that is neither that of before nor what was asked for: somebody else's, or one that the executor made of
 * the version. Nothing is put in its place. Undefined where the image is ours, one of before, or cannot be told from ours.
 */
export function anothersImage(look: BaselineLook, before: readonly Expected[] = []): string | undefined {
  const { workload, view, baseline } = look;
  const object = view.workload;
  if (object === undefined || isExpectedImage(look) !== false || isBaselines(look, object)) return undefined;
  if (isWritten(look, podSpecOf(workload, object))) return undefined;
  if (before.some((expected) => isExpectedImage({ ...look, expected }) === true)) return undefined;
  const is = `${describeImages(look, object)}${setBy(look, object)}`;
  const asked = describeExpected(look);
  if (!baseline.exists) return `the image is ${is}, and not ${asked}, as asked for`;
  return `the image is ${is}: neither ${describeBefore(look)}, as before, nor ${asked}, as asked for`;
}

/** Of more than this nobody reads. */
const mostReplaced = 3;

/**
 * The warning of a success that took somebody else's image away: the cluster keeps one of the service's container that was wanted after
 * the baseline and is neither that of before nor what was asked for. Of an object that was made anew nobody can say whose they were.
 */
export function replacedWarning(look: BaselineLook): string | undefined {
  const { workload, baseline, view } = look;
  const service = isExpectedImage(look) === true ? serviceContainer(look) : undefined;
  const before = service && (imageBefore(baseline, service.name) ?? baseline.image);
  if (before === undefined || baseline.uid !== stringAt(view.workload, 'metadata', 'uid')) return undefined;
  const images = podSpecsAfter(workload, baseline, view)
    .filter((spec) => !isWritten(look, spec))
    .flatMap((spec) => containersOf(spec).filter(({ name }) => name === service?.name))
    .map(({ image }) => image)
    .filter((image) => !sameImage(image, before) && image !== service?.image);
  if (images.length === 0) return undefined;
  const stood = [...new Set(images)].slice(-mostReplaced).join(', ');
  return `${stood} stood there meanwhile and was replaced: neither ${before}, as before, nor ${describeExpected(look)}, as asked for; if it was somebody's hotfix, see that it is in the version that runs now, or deploy it again`;
}

export const describeBefore = ({ baseline: { image, images } }: BaselineLook): string =>
  image ?? Object.values(images ?? {}).join(', ');

/** Whether the images are those of the baseline: of the service's container, or all where nobody can say which that is. */
export function isBaselines({ workload, baseline, expected }: BaselineLook, object: JsonObject): boolean {
  const main = mainContainer(workload, object, expected.image ?? workload.image);
  if (main !== undefined && baseline.image !== undefined) return sameImage(main.image, baseline.image);
  return baseline.images !== undefined && sameImages(baseline.images, imagesOf(workload, object));
}

export const sameImages = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([container, image]) => other[container] === image);
