import type { JsonObject } from '../json.ts';
import { mask } from '../masking/mask.ts';
import { maskedObject } from './masked-object.ts';
import { type FieldDifference, objectDifference } from './object-difference.ts';

/** The differences between two states of an object, for display: shows that a secret differs, but not its value. */
export const maskedDifference = (before: JsonObject, after: JsonObject): readonly FieldDifference[] => {
  const shown = objectDifference(maskedObject(before), maskedObject(after));
  const byPath = new Map(shown.map((one) => [one.path, one]));
  return objectDifference(before, after).map((one) => byPath.get(one.path) ?? hidden(one));
};

const hidden = ({ path, before, after }: FieldDifference): FieldDifference => ({
  path,
  ...(before === undefined ? {} : { before: mask }),
  ...(after === undefined ? {} : { after: mask }),
});
