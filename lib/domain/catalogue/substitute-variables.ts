import type { Path } from '../batch/findings.ts';

/** Where a text asks for a variable. */
export interface Reference {
  readonly path: Path;
  readonly name: string;
}

export interface Substituted {
  readonly value: unknown;
  readonly given: readonly Reference[];
  /** What cannot be given, because it is not set. */
  readonly unset: readonly Reference[];
  /** What may not be put in there. */
  readonly refused: readonly Reference[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What may become of a variable at a place: its value is put in, it stays as it is written, or it may not stand there. */
export type Judge = (reference: Reference) => 'give' | 'leave' | 'refuse';

const reference = /\$\{([^}]*)\}/g;

/** The rule of names; what stands in the braces may be anything. */
export const isVariableName = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);

/** What a configuration lists of variables whose values everybody may read. */
export const publicVariablesOf = (root: unknown): ReadonlySet<string> => {
  const listed = (root as { readonly public_variables?: unknown } | null)?.public_variables;
  return new Set(Array.isArray(listed) ? listed.filter((name) => typeof name === 'string') : []);
};

/** In words, for a variable without a value: names are not looked up in what every object has. */
export const lackOf = (name: string, env: Variables): string => {
  const lack = Object.hasOwn(env, name) && env[name] === '' ? 'is empty' : 'is not set';
  return `the environment variable ${name} ${lack}`;
};

/** In words, for what may not be put in. */
export const notPublic = (name: string): { readonly message: string; readonly hint: string } => ({
  message: `the value of \${${name}} would be shown and stored from here; only secrets take a variable that is not listed as public`,
  hint: `write the value itself, or say public_variables: [${name}] if everybody may read it`,
});

/**
 * Puts the values of variables where the text says `${NAME}` and `judge` lets them. Keys are left alone, and values are put in
 * after the text has been read, so that no value can change its form. A variable that is set to nothing counts as not set: an
 * empty key in a pipeline's settings is the usual way to lose one.
 */
export const substituteVariables = (root: unknown, env: Variables, judge: Judge): Substituted => {
  const found = { given: [] as Reference[], unset: [] as Reference[], refused: [] as Reference[] };
  const substitute = (text: string, path: Path): string =>
    text.replace(reference, (written, name: string) => {
      const judged = judge({ path, name });
      if (judged === 'leave') return written;
      const value = Object.hasOwn(env, name) ? env[name] || undefined : undefined;
      const told = judged === 'refuse' ? 'refused' : value === undefined ? 'unset' : 'given';
      found[told].push({ path, name });
      return told === 'given' ? value! : written;
    });
  const shared = new Map<object, unknown>();
  const visit = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return substitute(value, path);
    if (typeof value !== 'object' || value === null) return value;
    const known = shared.get(value);
    if (known !== undefined) return known;
    const copy = Array.isArray(value)
      ? value.map((item, place) => visit(item, [...path, place]))
      : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member, [...path, key])]));
    shared.set(value, copy);
    return copy;
  };
  return { value: visit(root, []), ...found };
};
