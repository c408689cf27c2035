import type { Path } from './findings.ts';

/** Looks up values by path; undefined if there is nothing. */
export const valueIn =
  (root: unknown) =>
  (path: Path): unknown =>
    path.reduce<unknown>((value, part) => {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
      return (value as Record<string | number, unknown>)[part];
    }, root);
