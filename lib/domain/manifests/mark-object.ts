import { isObject, type Json, type JsonObject } from '../json.ts';
import { annotations, labels, type Marks, targetLabel } from './marks.ts';

const objectOf = (value: Json | undefined): JsonObject => (value !== undefined && isObject(value) ? value : {});

/** The labels of what is known by its target. */
export const targetLabels = ({ target }: Pick<Marks, 'target'>): Readonly<Record<string, string>> => ({
  [labels.target]: targetLabel(target),
});

/** An object with our marks on its metadata. What it is, and its pods, stay as they are. */
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
      labels: { ...objectOf(metadata.labels), ...more, ...targetLabels(marks) },
      annotations: { ...objectOf(metadata.annotations), ...annotationsOf(marks) },
    },
  };
};

const annotationsOf = ({ target, batch, attempt, fence }: Marks): Readonly<Record<string, string>> => ({
  [annotations.target]: target,
  [annotations.batch]: batch,
  [annotations.attempt]: attempt,
  [annotations.fence]: String(fence),
});
