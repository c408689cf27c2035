import { listed, quoted } from './findings.ts';
import { nearest } from './nearest.ts';

/** The message about an unknown name, with the known ones and the one that was probably meant. */
export const unknownName = (what: string, name: string, known: readonly string[]): string => {
  const sorted = known.toSorted();
  return `there is no ${what} ${quoted(name)}; known here: ${listed(sorted)}${hintFor(name, sorted)}`;
};

/** Empty if no known name is near. */
export const hintFor = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
};
