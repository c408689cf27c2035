import { isatty } from 'node:tty';
import { birthOf, lookAt } from './process-table.ts';
import { type Starters, startersOf } from './starters.ts';

/** Milliseconds between two looks at whether they still exist. */
const pause = 500;

/**
 * Ends this program, as SIGTERM does, when the processes that started it end (see `startersOf`) or its terminal hangs
 * up. Without a terminal it should continue: Node forgets that `nohup` ignores hang-ups, so we ignore them here. We
 * then stop watching npm and its shell, which a hang-up may end. The launcher survives, so its end still counts.
 */
export const endWithStarters = (env: NodeJS.ProcessEnv, tell: (line: string) => void): void => {
  const starters = startersOf({ parent: process.ppid, env }, lookAt);
  delete env.FLOTILLA_LAUNCHER;
  const forgetNpm = watch(starters, () => {
    tell('The npm (or shell) that started Flotilla has ended, so Flotilla stops too.');
    end();
  });
  // Checked now: a terminal that has hung up no longer counts.
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  process.on('SIGHUP', hasTerminal ? end : forgetNpm);
};

const end = (): void => {
  process.kill(process.pid, 'SIGTERM');
};

/** Calls back when one of them is gone. Returns the function that stops watching npm and its shell. */
const watch = ({ launcher, npm }: Starters, onGone: () => void): (() => void) => {
  let watched = [...launcher, ...npm];
  const births = new Map(watched.map((pid) => [pid, birthOf(pid)]));
  const isGone = (pid: number): boolean => births.get(pid) === undefined || birthOf(pid) !== births.get(pid);
  let times = 0;
  const timer = setInterval(() => {
    times = watched.some(isGone) ? times + 1 : 0;
    // A hang-up that ended them reaches this program before the next look.
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
