const longestPart = 25;

/** Lower-case letters, digits and single hyphens between them, as a name of Kubernetes wants them. */
const cleaned = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, longestPart)
    .replace(/-+$/, '') || 'app';

/** So many are tried with three digits; then with more, so that none is ever used up. */
const triesEach = 20;

/**
 * The name of a deployment in Kubernetes: of its own name, its namespace and a number, which is another one at each try. `random` is from
 * 0 up to, not including, 1.
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

/** More tries than these are a fault. */
export const mostIdentifiersTried = 5 * triesEach;
