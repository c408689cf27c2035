/**
 * Finds the processes whose end ends this program. Some only exist to run it, so ending them means this program:
 *
 * - The launcher `bin/flotilla.js`, if the installed Node is older than ours. `FLOTILLA_LAUNCHER` identifies it.
 * - npm (`npm start`, `npm run`, `npx`) and its shell. The shell is known by its command line, which has the script that npm
 *   names in `npm_lifecycle_script`; its parent is npm. A shell that replaces itself by the last command (bash does, dash does
 *   not) is gone. Then our own parent is npm, known by its name or by `npm_execpath`. The variables alone prove nothing:
 *   every process below an npm script inherits them.
 *
 * No other process counts. A server that a shell, `nohup`, `setsid`, tmux or systemd starts in the background keeps running.
 * So does one that an npm script puts into the background itself.
 */

/** What the system says about a process. */
export interface Seen {
  readonly parent: number;
  /** Its command line, words separated by spaces. */
  readonly command: string;
}

export interface Self {
  readonly parent: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Look = (pid: number) => Seen | undefined;

export interface Starters {
  /** It passes a hang-up on to us and stays. */
  readonly launcher: readonly number[];
  /** npm's shell and npm: a hang-up may end them. */
  readonly npm: readonly number[];
}

/** The processes whose end ends us, nearest first. */
export const startersOf = ({ parent, env }: Self, look: Look): Starters => {
  if (env.FLOTILLA_LAUNCHER === undefined) return { launcher: [], npm: npmAbove(parent, env, look) };
  const launcher = Number(env.FLOTILLA_LAUNCHER);
  // A process that is gone is nobody's parent any more, and its own parent is unknown.
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

/** A single `&` puts the command before it into the background; `&&`, `>&` and `&>` do not. */
const goesOnAlone = (script: string): boolean => /(?<![&>])&(?![&>])|\b(?:nohup|setsid)\b/.test(script);

/** npm appears as `npm start`; similar programs appear as Node with their path. */
const isManager = (command: string, path: string | undefined): boolean =>
  /^(?:npm|npx)\b/.test(command) || (path !== undefined && command.includes(path));
