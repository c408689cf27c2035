import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Seen } from './starters.ts';

const hasProc = existsSync('/proc/self/stat');

/** A process's parent and command line; undefined if there is none, or the system does not say. */
export const lookAt = (pid: number): Seen | undefined => {
  try {
    return hasProc ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
};

/** Distinguishes this process from a later one with the same number; undefined when it has ended. */
export const birthOf = (pid: number): string | undefined => {
  try {
    if (hasProc) return statOf(pid).birth;
    process.kill(pid, 0);
    return 'there';
  } catch (error) {
    // It belongs to another user, so it exists.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'there' : undefined;
  }
};

const fromProc = (pid: number): Seen => ({
  parent: statOf(pid).parent,
  command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
});

/** proc(5): the state, the parent and, as the twentieth field, the start time follow the name in brackets. */
const statOf = (pid: number): { readonly parent: number; readonly birth: string | undefined } => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended, but its parent has not read its status yet.
  const isOver = fields[0] === 'Z' || fields[0] === 'X';
  return { parent: Number(fields[1]), birth: isOver ? undefined : fields[19] };
};

const fromPs = (pid: number): Seen => {
  const line = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const [, parent, command] = /^(\d+) +(.*)$/.exec(line)!;
  return { parent: Number(parent), command: command! };
};
