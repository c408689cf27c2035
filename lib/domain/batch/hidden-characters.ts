/**
 * Spaces, line breaks and what cannot be seen: controls, formats (soft hyphen, zero width, direction, byte order mark), private use and
 * half characters. `pattern` says the same for every dialect of regular expressions, so it names no class of Unicode; it cannot name what
 * lies beyond the first 65,536 characters, where a dialect without Unicode sees two halves.
 */
const below = '\\x00-\\x20\\x7f-\\xa0\\xad';
const above = [
  '\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e',
  '\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ue000-\uf8ff\ufeff\ufff9-\ufffb',
].join('');

export const hiddenCharacters = {
  none: /^[^\s\p{Cc}\p{Cf}\p{Co}\p{Cs}]*$/u,
  pattern: `^[^${below}${above}]*$`,
} as const;
