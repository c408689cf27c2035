/** Which image names a kubelet accepts: the rules of distribution/reference, `ParseNormalizedNamed`. */

const hostPart = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${hostPart}(?:\\.${hostPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const reference = new RegExp(
  `^(${domain})/(${pathPart}(?:/${pathPart})*)(?::[\\w][\\w.-]{0,127})?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*):([0-9a-fA-F]{32,}))?$`,
);

/** Digits of a digest, by algorithm; others are not registered. */
const digits: Readonly<Record<string, RegExp>> = {
  sha256: /^[a-f0-9]{64}$/,
  sha384: /^[a-f0-9]{96}$/,
  sha512: /^[a-f0-9]{128}$/,
};

const longestPath = 255;
const invalidFormat = 'invalid reference format';

/** The kubelet's message for a name that it rejects; undefined if it accepts the name. */
export function imageNameProblem(name: string): string | undefined {
  if (/^[a-f0-9]{64}$/.test(name))
    return `invalid repository name (${name}), cannot specify 64-byte hexadecimal strings`;
  const { host, rest } = splitDomain(name);
  const path = rest.split(':', 1)[0]!;
  if (path.toLowerCase() !== path) return `${invalidFormat}: repository name (${path}) must be lowercase`;
  const [, , repository = '', algorithm, encoded = ''] = reference.exec(`${host}/${rest}`) ?? [];
  if (repository === '') return invalidFormat;
  if (repository.length > longestPath) return `repository name must not be more than ${longestPath} characters`;
  if (algorithm === undefined) return undefined;
  const known = Object.hasOwn(digits, algorithm) ? digits[algorithm] : undefined;
  if (known === undefined) return 'unsupported digest algorithm';
  return known.test(encoded) ? undefined : 'invalid checksum digest format';
}

/**
 * A first part without a dot, a colon or a capital letter, other than localhost, is not a host: the image is on Docker
 * Hub.
 */
function splitDomain(name: string): { readonly host: string; readonly rest: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first;
  const [host, rest] = isHost ? [first, name.slice(slash + 1)] : ['docker.io', name];
  return { host, rest: host === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest };
}
