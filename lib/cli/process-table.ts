import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Seen } from './starters.ts';

const hasProc = existsSync('/proc/self/stat');

/** Parent and command line of a process; undefined where there is none, or the system does not tell. */
export const lookAt = (pid: number): Seen | undefined => {
  try {
    return hasProc ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
};

/** Tells this process from any other that has its number later; undefined when it has ended. */
export const birthOf = (pid: number): string | undefined => {
  try {
    if (hasProc) return statOf(pid).birth;
    process.kill(pid, 0);
    return 'there';
  } catch (error) {
    // It belongs to somebody else, so it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'there' : undefined;
  }
};

const fromProc = (pid: number): Seen => ({
  parent: statOf(pid).parent,
  command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
});

/** proc(5): behind the name in brackets come the state, the parent, and as the twentieth the time of its start. */
const statOf = (pid: number): { readonly parent: number; readonly birth: string | undefined } => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended, and its parent has not asked yet how.
  const isOver = fields[0] === 'Z' || fields[0] === 'X';
  return { parent: Number(fields[1]), birth: isOver ? undefined : fields[19] };
};

const fromPs = (pid: number): Seen => {
  const line = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const [, parent, command] = /^(\d+) +(.*)$/.exec(line)!;
  return { parent: Number(parent), command: command! };
};
