/**
 * Controls (C0, C1), direction marks and line separators: they move the cursor, change colours, or turn a line around.
 */
export const hiddenInLine = '[\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]';

const hidden = new RegExp(hiddenInLine, 'g');

/** Escaped as JSON does it, so that printed JSON stays the same JSON. */
export const visibly = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Foreign text on one line: white space becomes one space, and invisible characters become visible. */
export const printable = (text: string): string =>
  text
    .replace(/[\t\n\v\f\r ]+/g, ' ')
    .replace(hidden, visibly)
    .trim();
