/**
 * Whose end is ours. Some processes are there only to run this one for somebody; who ends them means this program:
 *
 * - the launcher `bin/flotilla.js`, where Node is older than ours. It says that it is one by `FLOTILLA_LAUNCHER`.
 * - npm (`npm start`, `npm run`, `npx`) and the shell that it runs a script by. That shell is known by its command line, which
 *   has the script that npm names in `npm_lifecycle_script`; its parent is npm. A shell that gives its place to the last
 *   command (bash does, dash does not) is not there: then our own parent is npm, known by its name or by `npm_execpath`. The
 *   variables alone prove nothing: whatever is started from below an npm script inherits them.
 *
 * Nobody else's end is ours. A shell, `nohup`, `setsid`, tmux or systemd that starts a server in the background leaves it
 * running, and so does a script of npm that puts it there itself.
 */

/** What the system tells of a process. */
export interface Seen {
  readonly parent: number;
  /** Its command line, words with spaces between. */
  readonly command: string;
}

export interface Self {
  readonly parent: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Look = (pid: number) => Seen | undefined;

export interface Starters {
  /** It hands a hang-up on to us and stays. */
  readonly launcher: readonly number[];
  /** npm's shell and npm: a hang-up may end them. */
  readonly npm: readonly number[];
}

/** The processes whose end is ours, the nearest first. */
export const startersOf = ({ parent, env }: Self, look: Look): Starters => {
  if (env.FLOTILLA_LAUNCHER === undefined) return { launcher: [], npm: npmAbove(parent, env, look) };
  const launcher = Number(env.FLOTILLA_LAUNCHER);
  // One that is gone already is no parent any more, and nobody knows who was above it.
  return { launcher: [launcher], npm: launcher === parent ? npmAbove(look(launcher)?.parent, env, look) : [] };
};

const npmAbove = (pid: number | undefined, env: Self['env'], look: Look): readonly number[] => {
  const { npm_lifecycle_script: script, npm_execpath: manager } = env;
  if (pid === undefined || script === undefined || goesOnAlone(script)) return [];
  const seen = look(pid);
  if (seen === undefined) return [];
  if (seen.command.includes(` -c ${script}`)) return [pid, seen.parent].filter((one) => look(one) !== undefined);
  return isManager(seen.command, manager) ? [pid] : [];
};

/** A single `&` puts what is before it into the background; `&&`, `>&` and `&>` do not. */
const goesOnAlone = (script: string): boolean => /(?<![&>])&(?![&>])|\b(?:nohup|setsid)\b/.test(script);

/** npm shows itself as `npm start`; others of its kind are run by Node from the path that they name. */
const isManager = (command: string, path: string | undefined): boolean =>
  /^(?:npm|npx)\b/.test(command) || (path !== undefined && command.includes(path));
