import type { JsonObject } from './json.ts';

/** What a character class means in ASCII, where regular expression dialects differ. */
const inAscii = (part: string): string => {
  if (part === '\\w') return '[A-Za-z0-9_]';
  if (part === '\\d') return '[0-9]';
  return part.replaceAll('\\w', 'A-Za-z0-9_').replaceAll('\\d', '0-9').replaceAll('\\s', '\\x09-\\x0d\\x20');
};

/**
 * A pattern for a JSON Schema that all dialects read alike. `\d` and `\w` may match characters of any script, and `$`
 * the place before a final line break. No reader needs `/` to be escaped.
 */
export const portablePattern = (pattern: string): JsonObject => ({
  pattern: pattern.replaceAll('\\/', '/').replace(/\[(?:\\.|[^\]\\])*\]|\\[wd]/g, inAscii),
  ...(pattern.endsWith('$') ? { not: { type: 'string', pattern: '\\n' } } : {}),
});
