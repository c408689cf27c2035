import type { Path } from '../batch/findings.ts';

/** A reference to a variable in a text. */
export interface Reference {
  readonly path: Path;
  readonly name: string;
}

export interface Substituted {
  readonly value: unknown;
  readonly given: readonly Reference[];
  /** Variables without a value. */
  readonly unset: readonly Reference[];
  /** Variables that are not allowed there. */
  readonly refused: readonly Reference[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What may happen to a variable at a place: its value is filled in, it stays as written, or it is not allowed there.
 */
export type Judge = (reference: Reference) => 'give' | 'leave' | 'refuse';

const reference = /\$\{([^}]*)\}/g;

/** The rule for names. The braces may contain anything. */
export const isVariableName = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);

/** The variables that a configuration lists as readable by everyone. */
export const publicVariablesOf = (root: unknown): ReadonlySet<string> => {
  const listed = (root as { readonly public_variables?: unknown } | null)?.public_variables;
  return new Set(Array.isArray(listed) ? listed.filter((name) => typeof name === 'string') : []);
};

/** A message for a variable without a value. Names are only looked up among own properties. */
export const lackOf = (name: string, env: Variables): string => {
  const lack = Object.hasOwn(env, name) && env[name] === '' ? 'is empty' : 'is not set';
  return `the environment variable ${name} ${lack}`;
};

/** A message for a variable that is not allowed there. */
export const notPublic = (name: string): { readonly message: string; readonly hint: string } => ({
  message: `the value of \${${name}} would be shown and stored here; a variable that is not listed as public is only allowed in secrets`,
  hint: `write the value itself, or add public_variables: [${name}] if everyone may read it`,
});

/**
 * Fills in the values of variables where the text says `${NAME}` and `judge` allows it. Keys stay untouched. Values are
 * filled in after parsing, so no value can change the structure. An empty variable counts as unset, because an empty
 * key in a pipeline's settings is the usual way to lose one.
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
