/** A path to one place: `$.a.b[0]` in the input, `$$.Execution.Name` in the context, `$name.a` in a variable. */
export interface ReferencePath {
  readonly text: string;
  readonly root:
    | { readonly kind: 'input' }
    | { readonly kind: 'context' }
    | { readonly kind: 'variable'; readonly name: string };
  readonly steps: readonly (string | number)[];
}

const step = /^(?:\.([\p{L}_][\p{L}\p{N}_-]*)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\])/u;
const start = /^(\$\$|\$([\p{L}_][\p{L}\p{N}_]*)|\$)/u;

/** Parses a reference path; undefined for anything more complex (filters, wildcards, intrinsic functions). */
export const parseReferencePath = (text: string): ReferencePath | undefined => {
  const begun = start.exec(text);
  if (begun === null) return undefined;
  const steps: (string | number)[] = [];
  let rest = text.slice(begun[0].length);
  while (rest !== '') {
    const found = step.exec(rest);
    if (found === null) return undefined;
    const [all, bare, single, double, index] = found;
    steps.push(index === undefined ? (bare ?? single ?? double ?? '') : Number(index));
    rest = rest.slice(all.length);
  }
  const name = begun[2];
  if (name !== undefined) return { text, root: { kind: 'variable', name }, steps };
  return { text, root: { kind: begun[0] === '$$' ? 'context' : 'input' }, steps };
};

/** The value at the place; undefined if there is none. */
export const follow = (path: ReferencePath, root: unknown): unknown => {
  let value = root;
  for (const key of path.steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    // A list only has indexes: its length is no field.
    if (Array.isArray(value) !== (typeof key === 'number')) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
};
