import type { Path } from '../batch/findings.ts';

/** Where a text asks for a variable. */
export interface Reference {
  readonly path: Path;
  readonly name: string;
}

export interface Substituted {
  readonly value: unknown;
  readonly given: readonly Reference[];
  /** What cannot be given. */
  readonly unset: readonly Reference[];
}

type Variables = Readonly<Record<string, string | undefined>>;

const reference = /\$\{([^}]*)\}/g;

/**
 * Puts the values of variables where the text says `${NAME}`. Keys are left alone, and values are put in after the text has
 * been read, so that no value can change its form. A variable that is set to nothing counts as not set: an empty key in
 * a pipeline's settings is the usual way to lose one. What `leave` names stays as it is written.
 */
export const substituteVariables = (
  root: unknown,
  env: Variables,
  leave: (path: Path) => boolean = () => false,
): Substituted => {
  const given: Reference[] = [];
  const unset: Reference[] = [];
  const shared = new Map<object, unknown>();
  const visit = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') {
      if (leave(path)) return value;
      return substitute(value, env, (name, isSet) => (isSet ? given : unset).push({ path, name }));
    }
    if (typeof value !== 'object' || value === null) return value;
    const known = shared.get(value);
    if (known !== undefined) return known;
    const copy = Array.isArray(value)
      ? value.map((item, place) => visit(item, [...path, place]))
      : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member, [...path, key])]));
    shared.set(value, copy);
    return copy;
  };
  return { value: visit(root, []), given, unset };
};

const substitute = (text: string, env: Variables, onReference: (name: string, isSet: boolean) => void): string =>
  text.replace(reference, (written, name: string) => {
    const value = Object.hasOwn(env, name) ? env[name] || undefined : undefined;
    onReference(name, value !== undefined);
    return value ?? written;
  });
