/** The name of a network in which functions of a stage run. It is a part of their names, which have 64 characters at most. */
export const functionPlacePattern = /^[a-z][a-z0-9]{0,11}(-[a-z0-9]{1,8})?$/;

export const functionPlaceRule =
  'small letters and digits, with at most one hyphen between, beginning with a letter, at most 12 before it and 8 after it';

const behind = '-at-';

/** A function by its stem, or its copy in a place. The state machines put the same together. */
export const copyAt = (stem: string, place: string | undefined): string =>
  place === undefined ? stem : `${stem}${behind}${place}`;

/** The function that a copy is of. */
export const stemOfCopy = (name: string): string => name.split(behind)[0]!;

/** Of functions that are in no network: no place can have this name, because of its hyphens. */
export const noPlace = 'in-no-place';

/** Whether functions in a place ask a cluster. Where nobody says in which they are, on one machine, they ask all. */
export const isAskedFrom = (own: string | undefined, place: string | undefined): boolean =>
  own === undefined || own === (place ?? noPlace);
