import { setVersions } from '../domain/batch/set-versions.ts';
import type { BatchFile } from './command-context.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { keysAndVersions } from './versioned-key.ts';

/** A file with changed versions; the rest stays exactly as written. */
export const withVersions = ({ text, name }: BatchFile, set: readonly string[] | undefined): BatchFile => {
  if (set === undefined) return { text, name };
  const changed = setVersions(text, new Map(keysAndVersions(set, '--set')));
  if ('text' in changed) return { text: changed.text, name };
  throw new CommandFailure(exitStatus.usage, [`--set cannot change ${name}: ${changed.problem}`]);
};
