import { isVersion } from '../rollout/image-version.ts';

/** A requested image, split into the two parts that a deployment needs. */
export interface ImageParts {
  /** As written, without tag and digest. */
  readonly repository: string;
  /** `latest` if none was given. */
  readonly version: string;
}

const repositoryPattern = /^(?:[A-Za-z0-9._-]+(?::\d+)?\/)?[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

/** `registry.test:5000/team/web:1.0@sha256:…`; undefined if it is not an image. */
export const imageParts = (image: string): ImageParts | undefined => {
  const at = image.indexOf('@');
  const [name, digest] = at < 0 ? [image, undefined] : [image.slice(0, at), image.slice(at + 1)];
  // A colon before the last slash belongs to a port.
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const repository = colon < 0 ? name : name.slice(0, colon);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  const version = digest === undefined ? (tag ?? 'latest') : tag === undefined ? digest : `${tag}@${digest}`;
  return repositoryPattern.test(repository) && isVersion(version, 'docker') ? { repository, version } : undefined;
};
