import { isDigest, readVersion } from './image-version.ts';

/** Image references, by the distribution reference grammar: `[registry[:port]/]path[:tag][@digest]`. */

export interface ImageReference {
  /** Registry and path, with defaults filled in: `nginx` is `docker.io/library/nginx`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const schemes = /^[a-z-]+:\/\//;

/** Parses a reference, or the content of `imageID` (`docker-pullable://repo@sha256:…`, or a bare digest). */
export function parseImage(reference: string): ImageReference {
  const text = reference.trim().replace(schemes, '');
  if (isDigest(text)) return { repository: '', digest: text };
  const [beforeDigest = '', digest] = text.split('@');
  // A colon after the last slash starts the tag. One before it belongs to the registry's port.
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
  const name = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1);
  return {
    repository: fullRepository(name),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** The repository as written, without tag and digest. `parseImage` fills in the defaults that this leaves out. */
export const repositoryAsWritten = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

export const sameRepository = (one: string, other: string): boolean =>
  parseImage(one).repository === parseImage(other).repository;

/** Whether a reference has this version: its tag, its digest, or both if both are requested. Neither means `latest`. */
export function hasVersion(reference: string, version: string): boolean {
  const asked = readVersion(version);
  const shown = parseImage(reference);
  return hasTag(shown, asked.tag) && (asked.digest === undefined || shown.digest?.toLowerCase() === asked.digest);
}

/** Whether a reference has the requested tag, if any. */
export const hasTag = ({ tag, digest }: ImageReference, asked: string | undefined): boolean =>
  asked === undefined || (tag ?? (digest === undefined ? 'latest' : undefined)) === asked;

/**
 * Whether a running container's `imageID` is this digest. If the image was loaded instead of pulled, a bare digest may
 * belong to the image's configuration. So a different bare digest proves nothing.
 */
export const hasDigest = (imageId: string, digest: string): boolean | undefined => {
  const { repository, digest: shown } = parseImage(imageId);
  if (shown?.toLowerCase() === digest.toLowerCase()) return true;
  return repository === '' ? undefined : false;
};

/** Whether both name the same thing: the same repository, and the same digest and tag as far as both have them. */
export function sameImage(one: string, other: string): boolean {
  const [a, b] = [parseImage(one), parseImage(other)];
  if (a.repository !== b.repository || a.digest !== b.digest) return false;
  if (a.digest === undefined) return (a.tag ?? 'latest') === (b.tag ?? 'latest');
  return a.tag === undefined || b.tag === undefined || a.tag === b.tag;
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
