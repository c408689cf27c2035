import { cut } from '../cut.ts';
import type { Json } from '../json.ts';
import type { FieldDifference } from '../manifests/object-difference.ts';
import { foreignText } from '../record/foreign-text.ts';
import type { ObjectPreview, RunPreview } from './run-preview.ts';

/** Limits per deployment: it is one table row, and a person reads it. */
export const previewLimits = { objects: 200, fields: 40, value: 300, message: 1_000, bytes: 40_000 } as const;

/** Cuts a preview to what is stored, with counts of what was left out. The server's message is foreign text. */
export const fittingPreview = ({ objects, problem }: RunPreview): RunPreview => {
  let room = previewLimits.bytes;
  const kept: ObjectPreview[] = [];
  for (const one of objects.slice(0, previewLimits.objects)) {
    const fitting = fittingObject(one, room);
    const size = sizeOf(fitting);
    if (size > room) break;
    room -= size;
    kept.push(fitting);
  }
  const left = objects.length - kept.length;
  return {
    objects: kept,
    ...(left === 0 ? {} : { objects_left_out: left }),
    ...(problem === undefined ? {} : { problem: { ...problem, message: said(problem.message) } }),
  };
};

const said = (text: string): string => foreignText(text, previewLimits.message);

const fittingObject = ({ fields, conflicts, message, ...one }: ObjectPreview, room: number): ObjectPreview => {
  const told = conflicts?.slice(0, previewLimits.fields).map(({ manager, field }) => ({
    manager: foreignText(manager, previewLimits.value),
    field: foreignText(field, previewLimits.value),
  }));
  const base: ObjectPreview = {
    ...one,
    object: foreignText(one.object, previewLimits.value),
    ...(told === undefined ? {} : { conflicts: told }),
    ...(message === undefined ? {} : { message: said(message) }),
  };
  return fields === undefined ? base : { ...base, ...fittingFields(fields, room - sizeOf(base)) };
};

const fittingFields = (
  fields: readonly FieldDifference[],
  room: number,
): Pick<ObjectPreview, 'fields' | 'fields_left_out'> => {
  const kept: FieldDifference[] = [];
  let left = room - 100;
  for (const field of fields.slice(0, previewLimits.fields)) {
    const fitting = fittingField(field);
    left -= sizeOf(fitting);
    if (left < 0) break;
    kept.push(fitting);
  }
  const more = fields.length - kept.length;
  return { fields: kept, ...(more === 0 ? {} : { fields_left_out: more }) };
};

const fittingField = ({ path, before, after }: FieldDifference): FieldDifference => ({
  path: foreignText(path, previewLimits.value),
  ...(before === undefined ? {} : { before: fittingValue(before) }),
  ...(after === undefined ? {} : { after: fittingValue(after) }),
});

/** A long value is shown by its beginning, as JSON. */
const fittingValue = (value: Json): Json => {
  if (typeof value === 'string') return foreignText(value, previewLimits.value);
  const text = JSON.stringify(value);
  return text.length <= previewLimits.value ? value : cut(foreignText(text, previewLimits.value), previewLimits.value);
};

const sizeOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;
