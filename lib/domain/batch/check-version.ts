import type { ArtifactType } from '../plan/plan.ts';
import { isDigest, isVersion, longestVersion } from '../rollout/image-version.ts';
import { quoted, type Wording } from './findings.ts';

const longestTag = 128;

/** Why a text is no valid version for this artifact, and what to write instead; undefined if it is valid. */
export const versionProblem = (version: string, artifact: ArtifactType): Wording | undefined => {
  if (isVersion(version, artifact)) return undefined;
  const { message, hint } = problemOf(version);
  return { message: `${quoted(version)} ${message}`, hint, found: version };
};

interface Problem {
  readonly message: string;
  readonly hint: string;
}

const forms = 'write a tag ("2.4.0"), a digest ("sha256:…"), or both ("2.4.0@sha256:…")';

/** The first that applies. The grammar contains the rules. */
const problemOf = (version: string): Problem => {
  if (/[\s\p{C}]/u.test(version))
    return { message: 'contains a space, a line break or an invisible character', hint: forms };
  const at = version.indexOf('@');
  const [tag, digest] = at < 0 ? [version, undefined] : [version.slice(0, at), version.slice(at + 1)];
  if (isReference(tag)) return { message: 'is a complete image reference, not a version', hint: aloneHint(version) };
  const isTagAlone = digest === undefined && !/^sha(256|512):/i.test(version);
  return (isTagAlone ? undefined : digestProblem(digest ?? version)) ?? tagProblem(tag);
};

/** `registry/repository:tag`, or `repository:tag` if the part before the colon is no algorithm. */
const isReference = (text: string): boolean => /^[^@]+:[^/:@]+$/.test(text) && !/^sha(256|512):/i.test(text);

const aloneHint = (reference: string): string => {
  const [name = '', digest] = reference.split('@', 2);
  const tag = name.slice(name.lastIndexOf(':') + 1);
  const alone = quoted(digest === undefined ? tag : `${tag}@${digest}`, longestVersion);
  return `write only ${alone}; the configuration has the repository`;
};

const digestProblem = (digest: string): Problem | undefined => {
  const low = digest.toLowerCase();
  if (isDigest(digest) && low === digest) return undefined;
  if (isDigest(digest))
    return { message: 'has a digest in capital letters', hint: `write it as ${quoted(low, longestVersion)}` };
  return {
    message: 'has an invalid digest',
    hint: 'a digest is sha256: followed by 64 hexadecimal digits',
  };
};

const characters = 'a tag has letters, digits, `_`, `.` and `-`';

/** What people usually mean with these: a branch, or a placeholder. */
const meanings: Readonly<Record<string, string>> = {
  '/': `${characters}: for a branch, write the tag that was built from it, for example "feature-login"`,
  $: 'placeholders are not filled in here: write the version itself',
  '<': 'placeholders are not filled in here: write the version itself',
  '{': 'placeholders are not filled in here: write the version itself',
};

const tagProblem = (tag: string): Problem => {
  if (tag === '') return { message: 'has no tag before the `@`', hint: forms };
  const wrong = /[^0-9A-Za-z_.-]/u.exec(tag)?.[0];
  if (wrong === '+') {
    const hint = `registries write it as ${quoted(tag.replaceAll('+', '_'))}; only a chart version (helm) may have one`;
    return { message: 'has a `+`, which no image tag can have', hint };
  }
  if (wrong !== undefined)
    return { message: `has ${quoted(wrong)}, which no tag can have`, hint: meanings[wrong] ?? characters };
  if (tag.length > longestTag)
    return { message: `has ${tag.length} characters; a tag has at most ${longestTag}`, hint: forms };
  return { message: `begins with ${quoted(tag[0]!)}`, hint: 'a tag begins with a letter, a digit or `_`' };
};
