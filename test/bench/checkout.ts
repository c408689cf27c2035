import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const git = (root: string, ...args: readonly string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });

/** The full name of a commit, or an explanation why there is none. */
export const findCommit = (root: string, commit: string): { readonly sha: string } | { readonly problem: string } => {
  if (git(root, 'rev-parse', '--git-dir').status !== 0) return { problem: `${root} is not in a git repository.` };
  const { status, stdout } = git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{commit}`);
  if (status === 0) return { sha: stdout.trim() };
  return {
    problem: `There is no commit ${commit} here. Where only the latest were cloned, git fetch --unshallow brings all.`,
  };
};

export interface Checkout {
  readonly folder: string;
  /** Synchronous, so that it can run while the process ends. */
  remove(): void;
}

/** A commit in a folder of its own; the working tree stays as it is. */
export const checkOut = (root: string, sha: string): Checkout => {
  const parent = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  const folder = join(parent, sha.slice(0, 12));
  const remove = (): void => {
    rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
    git(root, 'worktree', 'prune');
  };
  const { status, stderr } = git(root, 'worktree', 'add', '--detach', folder, sha);
  if (status === 0) return { folder, remove };
  remove();
  throw new Error(`git could not check ${sha} out:\n${stderr}`);
};
