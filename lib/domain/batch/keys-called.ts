/** A key without its infrastructure: `pillar/service_name`. */
export const serviceKey = (key: string): string => key.split('@')[0]!;

/** The deployments that a name means: the one with that key, else all of the service with that name. */
export const keysCalled = (name: string, keys: ReadonlySet<string>): readonly string[] =>
  keys.has(name) || name.includes('@') ? [name].filter((key) => keys.has(key)) : copiesOf(name, [...keys]);

/** The deployments of a service on several infrastructures. */
export const copiesOf = (service: string, keys: readonly string[]): readonly string[] =>
  keys.filter((key) => key.startsWith(`${service}@`));

/** Replaces names by keys. Unknown names stay, so that the caller can report them. */
export const asKeys = (names: readonly string[], keys: ReadonlySet<string>): readonly string[] => [
  ...new Set(
    names.flatMap((name) => {
      const called = keysCalled(name, keys);
      return called.length === 0 ? [name] : called;
    }),
  ),
];
