import { BadPack, type GitObject } from './read-pack.ts';

export interface TreeEntry {
  readonly name: string;
  readonly oid: string;
  /** Neither a link nor a submodule. */
  readonly kind: 'folder' | 'file' | 'other';
}

/** `mode name\0` and twenty bytes, one after the other. */
export const entriesOf = ({ type, data }: GitObject): readonly TreeEntry[] => {
  if (type !== 'tree') throw new BadPack('no folder where one was expected');
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < data.length) {
    const end = data.indexOf(0, at);
    if (end < 0 || end + 21 > data.length) throw new BadPack('a folder that ends in the middle');
    const [mode = '', ...rest] = data.toString('utf8', at, end).split(' ');
    const kind = mode === '40000' ? 'folder' : mode.startsWith('100') ? 'file' : 'other';
    entries.push({ name: rest.join(' '), oid: data.toString('hex', end + 1, end + 21), kind });
    at = end + 21;
  }
  return entries;
};

const headerOf = ({ data }: GitObject, name: string): string | undefined =>
  new RegExp(`^${name} ([0-9a-f]{40})$`, 'm').exec(data.toString('utf8', 0, 4096))?.[1];

/** The root folder of a commit or a tag. */
export const rootOf = (
  objects: ReadonlyMap<string, GitObject>,
  name: string,
): { readonly commit: string; readonly tree: string } => {
  let oid = name;
  for (let each = 0; each < 8; each += 1) {
    const object = objects.get(oid);
    if (object === undefined) throw new BadPack('it lacks the commit');
    if (object.type === 'commit') {
      const tree = headerOf(object, 'tree');
      if (tree !== undefined) return { commit: oid, tree };
    }
    const next = object.type === 'tag' ? headerOf(object, 'object') : undefined;
    if (next === undefined) throw new BadPack('no commit where one was expected');
    oid = next;
  }
  throw new BadPack('tags of tags of tags');
};
