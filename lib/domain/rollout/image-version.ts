import type { ArtifactType } from '../plan/plan.ts';

/**
 * The only grammar of a version, by the reference grammar of container images: a tag, a digest, or both
 * (`2.4.0@sha256:…`). Tags have no `+`. A chart's version may have one, which registries write as `_`. Kustomize sets
 * tags and digests of images. The patterns are published, so they mean the same in every regular expression dialect,
 * with and without Unicode.
 */
const digest = '(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})';
const grammar = (more: string): string => `^([0-9A-Za-z_][0-9A-Za-z_.${more}-]{0,127}(@${digest})?|${digest})$`;
const image = grammar('');

export const versionPatterns: Readonly<Record<ArtifactType, string>> = {
  docker: image,
  kustomize: image,
  helm: grammar('+'),
};

/** A tag of 128 characters plus a sha512 digest. */
export const longestVersion = 264;

const compiled = Object.fromEntries(
  Object.entries(versionPatterns).map(([artifact, pattern]) => [artifact, new RegExp(pattern)]),
) as Readonly<Record<ArtifactType, RegExp>>;

export const isVersion = (text: string, artifact: ArtifactType): boolean => compiled[artifact].test(text);

/** What a version asks for: a tag, a digest, or both. */
export interface ImageVersion {
  readonly tag?: string;
  readonly digest?: string;
}

/** Only the two registered algorithms: `name:` and 40 hexadecimal digits is a tag that holds a commit. */
export const isDigest = (text: string): boolean => /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/i.test(text);

export const readVersion = (version: string): ImageVersion => {
  if (isDigest(version)) return { digest: version.toLowerCase() };
  const at = version.indexOf('@');
  if (at < 0) return { tag: version };
  return { tag: version.slice(0, at), digest: version.slice(at + 1).toLowerCase() };
};

/** The version that asks for this tag and digest; undefined without either. */
export const versionOf = ({ tag, digest: of }: ImageVersion): string | undefined =>
  tag === undefined || of === undefined ? (tag ?? of) : `${tag}@${of}`;

/** Whether a version matches the requested one, as far as it says. */
export const answersTo = (version: string, asked: string): boolean => {
  const [one, other] = [readVersion(version), readVersion(asked)];
  const isSameTag = other.tag === undefined || one.tag === other.tag;
  return isSameTag && (other.digest === undefined || one.digest === other.digest);
};
