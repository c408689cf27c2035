/**
 * The path of a health check, which a batch gives. It is asked with our rights, below an address that it must not leave,
 * by servers that may each decode it once more. So it has one meaning only: no escapes, nothing that is resolved, and no
 * character that some server takes for a separator.
 */
const plain = 'A-Za-z0-9_~:@!&*+,=-';
const segment = `[.]*[${plain}][.${plain}]*`;

/** The same in every dialect of regular expressions, and without a choice that has to be taken back. */
export const healthPathPattern = `^/(?:${segment}(?:/${segment})*/?)?(?:[?][./?${plain}]*)?$`;

const whole = new RegExp(healthPathPattern);
const foreign = new RegExp(`[^./?${plain}]`, 'gu');

export const healthPathHint = 'write letters, digits and . _ ~ : @ ! & * + , = - between single slashes, like /ready';

/** What is wrong with a path; undefined where it may be asked. */
export const healthPathProblem = (path: string): string | undefined => {
  if (whole.test(path)) return undefined;
  if (!path.startsWith('/')) return 'has no slash in front; a path begins with one, like /ready';
  if (path.includes('%')) return 'has an escape with a percent sign; whoever passes it on may read it in another way';
  const others = [...new Set(path.match(foreign))];
  if (others.length > 0)
    return `has what no path of a health check may have: ${others.slice(0, 10).map(shown).join(' ')}`;
  return path.replace(/\?.*/s, '').includes('//')
    ? 'has two slashes in a row'
    : 'has a part of dots alone; a path says where it leads without them';
};

const shown = (character: string): string =>
  /[!-~]/.test(character) ? character : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
