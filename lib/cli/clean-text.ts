/** Controls (C0, C1), marks of direction, and separators of lines: they move the cursor, change colours, or turn a line around. */
export const hiddenInLine = '[\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]';

const hidden = new RegExp(hiddenInLine, 'g');

/** As JSON writes it, so that what is printed as JSON is the same JSON afterwards. */
export const visibly = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Text from elsewhere on one line: white space is one space, and what could not be seen is shown. */
export const printable = (text: string): string =>
  text
    .replace(/[\t\n\v\f\r ]+/g, ' ')
    .replace(hidden, visibly)
    .trim();
