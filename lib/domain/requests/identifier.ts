const longestPart = 25;

/** Lower-case letters, digits and single hyphens between them, as Kubernetes names require. */
const cleaned = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, longestPart)
    .replace(/-+$/, '') || 'app';

/** This many tries have three digits. Later tries have more, so names never run out. */
const triesEach = 20;

/**
 * A deployment's name in Kubernetes: from its own name, its namespace and a number that differs with each try. `random`
 * is from 0 up to, but not including, 1.
 */
export const identifierOf = (
  { name, namespace }: { readonly name: string; readonly namespace: string },
  { random, tried }: { readonly random: number; readonly tried: number },
): string => {
  const digits = 3 + Math.floor(tried / triesEach);
  const many = 10 ** digits;
  const number = (Math.floor(random * many) + tried) % many;
  return `${cleaned(name)}-${cleaned(namespace)}-${String(number).padStart(digits, '0')}`;
};

/** More tries than this indicate a fault. */
export const mostIdentifiersTried = 5 * triesEach;
