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
 * A message about an image that is neither the previous nor the requested one: somebody else's, or one that the
 * executor built from the version. Nothing replaces it. Undefined if the image is ours or an earlier one, or might be
 * ours.
 */
export function anothersImage(look: BaselineLook, before: readonly Expected[] = []): string | undefined {
  const { workload, view, baseline } = look;
  const object = view.workload;
  if (object === undefined || isExpectedImage(look) !== false || isBaselines(look, object)) return undefined;
  if (isWritten(look, podSpecOf(workload, object))) return undefined;
  if (before.some((expected) => isExpectedImage({ ...look, expected }) === true)) return undefined;
  const is = `${describeImages(look, object)}${setBy(look, object)}`;
  const asked = describeExpected(look);
  if (!baseline.exists) return `the image is ${is} instead of ${asked}, as requested`;
  return `the image is ${is}: neither ${describeBefore(look)}, as before, nor ${asked}, as requested`;
}

/** Nobody reads more than this. */
const mostReplaced = 3;

/**
 * The warning on a success that removed somebody else's image. The cluster keeps an image of the service's container
 * that came after the baseline and is neither the previous nor the requested one. For a recreated object, nobody can
 * say whose they were.
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
  return `${stood} was there in between and was replaced: neither ${before}, as before, nor ${describeExpected(look)}, as requested. If it was somebody's hotfix, make sure it is in the version that runs now, or deploy it again`;
}

export const describeBefore = ({ baseline: { image, images } }: BaselineLook): string =>
  image ?? Object.values(images ?? {}).join(', ');

/** Whether the images are the baseline's: for the service's container, or for all if it is not clear which that is. */
export function isBaselines({ workload, baseline, expected }: BaselineLook, object: JsonObject): boolean {
  const main = mainContainer(workload, object, expected.image ?? workload.image);
  if (main !== undefined && baseline.image !== undefined) return sameImage(main.image, baseline.image);
  return baseline.images !== undefined && sameImages(baseline.images, imagesOf(workload, object));
}

export const sameImages = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([container, image]) => other[container] === image);
