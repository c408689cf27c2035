/**
 * The name of a network in which a stage's functions run. It is part of function names, which have at most 64
 * characters.
 */
export const functionPlacePattern = /^[a-z][a-z0-9]{0,11}(-[a-z0-9]{1,8})?$/;

export const functionPlaceRule =
  'lower-case letters and digits, starting with a letter, with at most one hyphen: at most 12 before it and 8 after it';

const behind = '-at-';

/** A function's name by its stem, or its copy in a place. The state machines build the same name. */
export const copyAt = (stem: string, place: string | undefined): string =>
  place === undefined ? stem : `${stem}${behind}${place}`;

/** The function behind a copy. */
export const stemOfCopy = (name: string): string => name.split(behind)[0]!;

/** For functions outside any network. The hyphens make it impossible as a place's name. */
export const noPlace = 'in-no-place';

/** Whether functions in a place ask a cluster. On one machine, where no place is set, they ask all. */
export const isAskedFrom = (own: string | undefined, place: string | undefined): boolean =>
  own === undefined || own === (place ?? noPlace);
