import { quoted } from '../batch/findings.ts';
import { parseImage, repositoryAsWritten } from '../rollout/image.ts';
import { isVersion, versionOf } from '../rollout/image-version.ts';

export interface WrittenImage {
  readonly image: string;
  readonly version: string;
}

/** The repository and version of an image reference, or why it has none. Without a tag, the version is `latest`. */
export const writtenImage = (reference: string): WrittenImage | { readonly problem: string } => {
  if (reference.includes('$')) {
    return { problem: `its image ${quoted(reference)} has a variable; write its value` };
  }
  if (/^[^/]*@[^/]*\//.test(reference)) return { problem: 'its image has a user name or a password; write it without' };
  const version = versionOf(parseImage(reference)) ?? 'latest';
  const image = repositoryAsWritten(reference);
  const isRepository = /^([A-Za-z0-9._-]+(:\d+)?\/)?[A-Za-z0-9._/-]+$/.test(image);
  return isRepository && isVersion(version, 'docker')
    ? { image, version }
    : { problem: `its image ${quoted(reference)} is not written as repository:tag` };
};
