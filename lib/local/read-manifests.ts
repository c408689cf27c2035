import { readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { isManifestName, joinManifests, type NamedText } from '../domain/manifests/join-manifests.ts';
import { manifestLimits } from '../domain/manifests/parse-manifests.ts';
import { isBelow } from './is-below.ts';
import { readTextFile } from './read-text-file.ts';

type Found = { readonly text: string } | { readonly why: string; readonly isAbsent: boolean };

/** A larger folder is not a folder of manifests. */
const mostFiles = 1000;

const leadsOut = { why: 'it leads out of the folder of the batch; only what is below that is read', isAbsent: false };

/**
 * Reads what a batch names. Somebody else may have written the batch, so the path stays below its folder, whatever
 * links say. The texts go to the server, where others read them.
 */
export const readManifestsWithin = (folder: string, path: string): Found => {
  if (isAbsolute(path) || !isBelow(folder, resolve(folder, path))) return leadsOut;
  return readManifests(resolve(folder, path), path, (file) => isBelow(realpathSync(folder), realpathSync(file)));
};

/**
 * A manifest file, or all files in and below a folder, as one text. File names are relative to where the path begins.
 */
export const readManifests = (path: string, name: string, mayRead: (file: string) => boolean = () => true): Found => {
  const names: string[] = [];
  try {
    const isFolder = statSync(path).isDirectory();
    if (!mayRead(path)) return leadsOut;
    if (!isFolder) return readAll([['', path]], name);
    collect(path, '', names);
    const out = names.find((one) => !mayRead(join(path, one)));
    if (out !== undefined) return { ...leadsOut, why: `${out}: ${leadsOut.why}` };
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { why: isAbsent ? 'there is no such file or folder' : 'it cannot be read', isAbsent };
  }
  if (names.length === 0) return { why: 'there is no file of YAML or JSON in it', isAbsent: false };
  if (names.length > mostFiles) return { why: `there are more than ${mostFiles} files in it`, isAbsent: false };
  return readAll(
    names.map((one) => [one, join(path, one)]),
    name,
  );
};

/** Hidden files are skipped. A link counts if it leads to a file. */
const collect = (folder: string, below: string, names: string[]): void => {
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    if (entry.name.startsWith('.') || names.length > mostFiles) continue;
    const here = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) collect(folder, here, names);
    else if (isManifestName(entry.name) && statSync(join(folder, here)).isFile()) names.push(here);
  }
};

const readAll = (files: readonly (readonly [name: string, path: string])[], name: string): Found => {
  const texts: NamedText[] = [];
  let bytes = 0;
  for (const [below, path] of files) {
    const shown = below === '' ? name : `${name.replace(/\/+$/, '')}/${below}`;
    const read = readTextFile(path);
    if ('why' in read) return { why: `${shown}: ${read.why}`, isAbsent: read.isAbsent };
    bytes += read.text.length;
    if (bytes > manifestLimits.bytes)
      return { why: `there are more than ${manifestLimits.bytes} bytes`, isAbsent: false };
    texts.push({ name: shown, text: read.text });
  }
  return { text: joinManifests(texts) };
};
