/**
 * A health check's path, from a batch. It is requested with our rights, below an address that it must not leave, by
 * servers that may each decode it again. So it has only one meaning: no escapes, nothing to resolve, and no character
 * that a server takes for a separator.
 */
const plain = 'A-Za-z0-9_~:@!&*+,=-';
const segment = `[.]*[${plain}][.${plain}]*`;

/** Uses only syntax that all regular expression dialects share, and never backtracks. */
export const healthPathPattern = `^/(?:${segment}(?:/${segment})*/?)?(?:[?][./?${plain}]*)?$`;

const whole = new RegExp(healthPathPattern);
const foreign = new RegExp(`[^./?${plain}]`, 'gu');

export const healthPathHint = 'write letters, digits and . _ ~ : @ ! & * + , = - between single slashes, like /ready';

/** What is wrong with a path; undefined if it is valid. */
export const healthPathProblem = (path: string): string | undefined => {
  if (whole.test(path)) return undefined;
  if (!path.startsWith('/')) return 'has no slash at the start; write it like /ready';
  if (path.includes('%')) return 'has a percent escape, which a proxy may decode differently';
  const others = [...new Set(path.match(foreign))];
  if (others.length > 0)
    return `has characters that a health check path must not have: ${others.slice(0, 10).map(shown).join(' ')}`;
  return path.replace(/\?.*/s, '').includes('//')
    ? 'has two slashes in a row'
    : 'has a part made only of dots; write the path without them';
};

const shown = (character: string): string =>
  /[!-~]/.test(character) ? character : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
