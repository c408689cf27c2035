import { fileComment } from './split-manifests.ts';

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Whether a file in a manifest folder is a manifest. */
export const isManifestName = (name: string): boolean => /\.(?:ya?ml|json)$/i.test(name);

/** Joins files into one text, sorted by name, so that each problem can name its file and line. */
export const joinManifests = (files: readonly NamedText[]): string =>
  files
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ name, text }) => `${fileComment(oneLine(name))}\n${text.replace(/^\uFEFF/, '').replace(/\n?$/, '\n')}`)
    .join('---\n');

const oneLine = (name: string): string => name.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, '?');
