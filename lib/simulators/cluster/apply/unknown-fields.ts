import { ApiStatus } from '../api-status.ts';
import type { KubeObject } from '../kube-object.ts';
import { isFields, keyOf, type Path, textOf } from './field-set.ts';
import { type Shape, shapeOf } from './schema.ts';

/** The API server answers 500 to an apply with a field that the kind does not have. */
export const refuseUnknownFields = (object: KubeObject): void => {
  const [first] = unknownIn(object, shapeOf(object), []);
  if (first === undefined) return;
  const { name, namespace } = object.metadata;
  const where = namespace === undefined ? `/${name}` : `${namespace}/${name}`;
  const what = `${where}; ${object.apiVersion}, Kind=${object.kind}`;
  throw new ApiStatus(
    500,
    '',
    `failed to create typed patch object (${what}): ${textOf(first)}: field not declared in schema`,
  );
};

function* unknownIn(value: unknown, shape: Shape, at: Path): Generator<Path> {
  if (Array.isArray(value) && shape.keys !== undefined) {
    for (const item of value) yield* unknownIn(item, shape.item ?? {}, [...at, keyOf(item, shape.keys)]);
  }
  if (!isFields(value) || shape.fields === undefined) return;
  for (const [name, inner] of Object.entries(value)) {
    const here = [...at, `f:${name}`];
    if (!Object.hasOwn(shape.fields, name)) yield here;
    else yield* unknownIn(inner, shape.fields[name]!, here);
  }
}
