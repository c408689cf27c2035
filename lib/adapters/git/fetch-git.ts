import { isManifestName, joinManifests, type NamedText } from '../../domain/manifests/join-manifests.ts';
import type { ManifestOrigin } from '../../domain/manifests/kubernetes-settings.ts';
import type { FetchedManifests } from '../../domain/manifests/manifest-sources.ts';
import { manifestLimits } from '../../domain/manifests/parse-manifests.ts';
import { networkMessage } from '../network-failure.ts';
import { GitRefusal, GitServer, type ServerOptions } from './git-server.ts';
import { entriesOf, rootOf, type TreeEntry } from './git-tree.ts';
import { BadPack, type GitObject, readPack } from './read-pack.ts';

type Repository = Extract<ManifestOrigin, { readonly git: string }>;

/** For the whole repository at one commit. */
const packLimits = { objects: 200_000, bytes: 64 * 1024 * 1024, steps: 1_000_000 } as const;
const mostFiles = 1000;
/** A folder can contain itself a million times, by its hash. */
const mostFolders = 10_000;

/** All manifest files below a path of a repository, at the current commit of a branch or tag, or at a given commit. */
export const fetchGit = async (
  { git, ref, path = '' }: Repository,
  options: ServerOptions,
): Promise<FetchedManifests> => {
  try {
    const server = new GitServer(git, options);
    await server.greet();
    const name = /^[0-9a-f]{40}$/.test(ref) ? ref : await server.resolve(ref);
    if (name === undefined) return { problem: `there is no branch and no tag ${ref}` };
    const objects = readPack(await server.pack([name], { withoutFiles: server.filters }), packLimits);
    const { commit, tree } = rootOf(objects, name);
    const files = filesBelow(objects, tree, path);
    if ('problem' in files) return files;
    const texts = await textsOf(server, objects, files.files);
    return 'problem' in texts ? texts : { text: joinManifests(texts.texts), revision: commit };
  } catch (error) {
    if (error instanceof GitRefusal) return { problem: error.message };
    if (error instanceof BadPack || error instanceof RangeError)
      return { problem: `the server gives what git cannot read: ${error.message}` };
    return { problem: networkMessage(error) };
  }
};

interface File {
  readonly name: string;
  readonly oid: string;
}

const filesBelow = (
  objects: ReadonlyMap<string, GitObject>,
  tree: string,
  path: string,
): { readonly files: readonly File[] } | { readonly problem: string } => {
  let here: TreeEntry = { name: '', oid: tree, kind: 'folder' };
  for (const part of path.split('/').filter((one) => one !== '' && one !== '.')) {
    const next = here.kind === 'folder' ? folder(objects, here.oid).find(({ name }) => name === part) : undefined;
    if (next === undefined) return { problem: `there is no ${path} in it` };
    here = next;
  }
  const shown = path.replace(/\/+$/, '');
  if (here.kind === 'file') return { files: [{ name: shown, oid: here.oid }] };
  if (here.kind === 'other') return { problem: `${path} is a link or a submodule, which are not followed` };
  const files: File[] = [];
  collect({ objects, files, folders: 0 }, here.oid, shown === '' ? '' : `${shown}/`);
  if (files.length > mostFiles) return { problem: `there are more than ${mostFiles} files of YAML and JSON` };
  return files.length === 0
    ? { problem: `there is no file of YAML or JSON in ${path === '' ? 'it' : path}` }
    : { files };
};

const folder = (objects: ReadonlyMap<string, GitObject>, oid: string): readonly TreeEntry[] => {
  const object = objects.get(oid);
  if (object === undefined) throw new BadPack('it lacks a folder');
  return entriesOf(object);
};

/** Hidden files are skipped. */
const collect = (walk: Walk, oid: string, before: string): void => {
  walk.folders += 1;
  if (walk.folders > mostFolders) throw new BadPack('too many folders');
  for (const { name, oid: of, kind } of folder(walk.objects, oid)) {
    if (name.startsWith('.') || walk.files.length > mostFiles) continue;
    if (kind === 'folder') collect(walk, of, `${before}${name}/`);
    else if (kind === 'file' && isManifestName(name)) walk.files.push({ name: before + name, oid: of });
  }
};

interface Walk {
  readonly objects: ReadonlyMap<string, GitObject>;
  readonly files: File[];
  folders: number;
}

const textsOf = async (
  server: GitServer,
  known: ReadonlyMap<string, GitObject>,
  files: readonly File[],
): Promise<{ readonly texts: readonly NamedText[] } | { readonly problem: string }> => {
  const missing = [...new Set(files.map(({ oid }) => oid).filter((oid) => !known.has(oid)))];
  const fetched = missing.length === 0 ? known : readPack(await server.pack(missing, { areFiles: true }), packLimits);
  const texts: NamedText[] = [];
  let bytes = 0;
  for (const { name, oid } of files) {
    const object = fetched.get(oid) ?? known.get(oid);
    if (object?.type !== 'blob') throw new BadPack('it lacks a file');
    bytes += object.data.length;
    if (bytes > manifestLimits.bytes) return { problem: `its files have more than ${manifestLimits.bytes} bytes` };
    const text = decoded(object.data);
    if (text === undefined) return { problem: `${name} is not text in UTF-8` };
    texts.push({ name, text });
  }
  return { texts };
};

const decoded = (data: Buffer): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    return undefined;
  }
};
