import type { JsonObject } from '../json.ts';
import type { Workload } from '../plan/plan.ts';
import { repositoryAsWritten, sameImage } from '../rollout/image.ts';
import { containersOf, podSpecOf } from '../rollout/pod-template.ts';
import type { FieldDrift } from './object-drift.ts';
import { ownersOf, ownsImage } from './owned-fields.ts';

export interface ComparedImage {
  readonly name: string;
  readonly workload: Workload;
  /** The image that ran when it was verified. */
  readonly image: string;
  readonly live: JsonObject | undefined;
}

/** If another tool deployed it, only the image is known. Compares it with the image of the container that had it. */
export const driftOfImage = ({ name, workload, image, live }: ComparedImage): readonly FieldDrift[] => {
  if (live === undefined) return [{ object: name }];
  const containers = containersOf(podSpecOf(workload, live));
  if (containers.length === 0 || containers.some((one) => sameImage(one.image, image))) return [];
  const container = containers.find((one) => one.name === workload.container) ?? only(containers, image);
  if (container === undefined) return [];
  const manager = ownersOf(live).find(({ fields }) => ownsImage(fields, container.name))?.manager;
  return [
    {
      object: name,
      path: `containers[name=${container.name}].image`,
      from: image,
      to: container.image,
      ...(manager === undefined ? {} : { manager }),
    },
  ];
};

type Container = ReturnType<typeof containersOf>[number];

/** The container with the same repository, or else the only one. */
const only = (containers: readonly Container[], image: string): Container | undefined => {
  const repository = repositoryAsWritten(image);
  const alike = containers.filter((one) => repositoryAsWritten(one.image) === repository);
  const among = alike.length > 0 ? alike : containers;
  return among.length === 1 ? among[0] : undefined;
};
