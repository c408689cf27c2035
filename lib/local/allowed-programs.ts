import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedProgram } from './runtime/check-clusters.ts';
import { writeSecretFile } from './secret-file.ts';
import { stateFolder } from './state-folder.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Programs {
  /** The configuration's path. */
  readonly file: string;
  readonly programs: readonly NamedProgram[];
}

/**
 * Where Flotilla notes that a user allows a configuration to run its programs. It is not beside the configuration or
 * the data, because a folder from elsewhere could bring the note along. Another program, or other arguments, need
 * another note.
 */
const noteOf = ({ file, programs }: Programs, env: Env): string | undefined => {
  const folder = stateFolder(env);
  if (folder === undefined) return undefined;
  const hash = createHash('sha256').update(JSON.stringify({ file, programs })).digest('hex');
  return join(folder, 'programs', hash);
};

export const isAllowed = (asked: Programs, env: Env): boolean => {
  const note = noteOf(asked, env);
  const stats = note === undefined ? undefined : lstatSync(note, { throwIfNoEntry: false });
  // Where others may write, somebody else could have put it there.
  return stats?.isFile() === true && stats.uid === (process.geteuid?.() ?? stats.uid);
};

/** False where the user has no place for such notes. */
export const allow = (asked: Programs, env: Env): boolean => {
  const note = noteOf(asked, env);
  if (note === undefined) return false;
  mkdirSync(join(note, '..'), { recursive: true, mode: 0o700 });
  writeSecretFile(note, asked.file);
  return true;
};
