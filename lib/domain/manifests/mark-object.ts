import { isObject, type Json, type JsonObject } from '../json.ts';
import { annotations, labels, type Marks, type ObjectOwner, ownerLabel } from './marks.ts';

const objectOf = (value: Json | undefined): JsonObject => (value !== undefined && isObject(value) ? value : {});

/** The labels of all objects of one owner. */
export const ownerLabels = (owner: ObjectOwner): Readonly<Record<string, string>> => ({
  [labels.target]: ownerLabel(owner),
});

/** Puts our marks on an object's metadata. Its content and its pods stay the same. */
export const markObject = (
  object: JsonObject,
  marks: Marks,
  more: Readonly<Record<string, string>> = {},
): JsonObject => {
  const metadata = objectOf(object.metadata);
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...objectOf(metadata.labels), ...more, ...ownerLabels(marks) },
      annotations: { ...objectOf(metadata.annotations), ...annotationsOf(marks) },
    },
  };
};

const annotationsOf = ({ target, workload, batch, attempt, fence }: Marks): Readonly<Record<string, string>> => ({
  [annotations.target]: target,
  [annotations.workload]: workload,
  [annotations.batch]: batch,
  [annotations.attempt]: attempt,
  [annotations.fence]: String(fence),
});
