/** Image references, by the rules of the distribution reference grammar: `[registry[:port]/]path[:tag][@digest]`. */

export interface ImageReference {
  /** Registry and path, with the defaults written out: `nginx` is `docker.io/library/nginx`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const schemes = /^[a-z-]+:\/\//;

/** Reads a reference; also what `imageID` holds (`docker-pullable://repo@sha256:…`, or a bare digest). */
export function parseImage(reference: string): ImageReference {
  const text = reference.trim().replace(schemes, '');
  if (isDigest(text)) return { repository: '', digest: text };
  const [beforeDigest = '', digest] = text.split('@', 2);
  // A colon after the last slash begins the tag; one before it belongs to the registry's port.
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
  const name = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1);
  return {
    repository: fullRepository(name),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** The two registered algorithms only: `name:` and 40 hexadecimal digits is a tag that holds a commit. */
export const isDigest = (text: string): boolean => /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/i.test(text);

export const sameRepository = (one: string, other: string): boolean =>
  parseImage(one).repository === parseImage(other).repository;

/** Whether a reference has this version as its tag or digest. A tag and no digest at all means `latest`. */
export function hasVersion(reference: string, version: string): boolean {
  const { tag, digest } = parseImage(reference);
  if (isDigest(version)) return digest?.toLowerCase() === version.toLowerCase();
  return (tag ?? (digest === undefined ? 'latest' : undefined)) === version;
}

/** Whether a running container's `imageID` is this digest. */
export const hasDigest = (imageId: string, digest: string): boolean =>
  parseImage(imageId).digest?.toLowerCase() === digest.toLowerCase();

/** Both name the same thing: the same repository, and the same digest or tag. */
export function sameImage(one: string, other: string): boolean {
  const [a, b] = [parseImage(one), parseImage(other)];
  if (a.repository !== b.repository) return false;
  if (a.digest !== undefined && b.digest !== undefined) return a.digest === b.digest;
  return a.digest === b.digest && (a.tag ?? 'latest') === (b.tag ?? 'latest');
}

function fullRepository(name: string): string {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  if (isRegistry) {
    const path = name.slice(slash + 1);
    const registry = first === 'index.docker.io' ? 'docker.io' : first;
    return registry === 'docker.io' && !path.includes('/') ? `docker.io/library/${path}` : `${registry}/${path}`;
  }
  return slash < 0 ? `docker.io/library/${name}` : `docker.io/${name}`;
}
