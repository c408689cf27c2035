import { isatty } from 'node:tty';
import { birthOf, lookAt } from './process-table.ts';
import { type Starters, startersOf } from './starters.ts';

/** Milliseconds between two looks at whether they are still there. */
const pause = 500;

/**
 * Ends this program, as SIGTERM does, with those that it was started by (see `startersOf`), and when its terminal hangs up.
 * Without a terminal it was meant to go on: Node forgets that `nohup` had it ignore the hang-up, so it is ignored here. npm and
 * its shell, which may die of it, are not looked at any more; the launcher stays, so its end is still ours.
 */
export const endWithStarters = (env: NodeJS.ProcessEnv, tell: (line: string) => void): void => {
  const starters = startersOf({ parent: process.ppid, env }, lookAt);
  delete env.FLOTILLA_LAUNCHER;
  const forgetNpm = watch(starters, () => {
    tell('The npm (or shell) that started Flotilla has ended, so Flotilla stops too.');
    end();
  });
  // Asked now: a terminal that has hung up is none.
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  process.on('SIGHUP', hasTerminal ? end : forgetNpm);
};

const end = (): void => {
  process.kill(process.pid, 'SIGTERM');
};

/** Calls when one of them is gone. Gives the way to look at npm and its shell no more. */
const watch = ({ launcher, npm }: Starters, onGone: () => void): (() => void) => {
  let watched = [...launcher, ...npm];
  const births = new Map(watched.map((pid) => [pid, birthOf(pid)]));
  const isGone = (pid: number): boolean => births.get(pid) === undefined || birthOf(pid) !== births.get(pid);
  let times = 0;
  const timer = setInterval(() => {
    times = watched.some(isGone) ? times + 1 : 0;
    // A hang-up that took them reaches this program, too, before it looks again.
    if (times < 2) return;
    clearInterval(timer);
    onGone();
  }, pause);
  timer.unref();
  if (watched.length === 0) clearInterval(timer);
  return () => {
    watched = [...launcher];
  };
};
