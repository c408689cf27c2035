import type { signalStatus } from './stop-signal.ts';

/** The exit statuses, for scripts. */
export const exitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  timedOut: 3,
  notFound: 4,
  noAnswer: 5,
  refused: 6,
} as const;
export type ExitStatus =
  | (typeof exitStatus)[keyof typeof exitStatus]
  | (typeof signalStatus)[keyof typeof signalStatus];

/** A command that cannot continue: its output and exit status. */
export class CommandFailure extends Error {
  readonly status: ExitStatus;
  readonly lines: readonly string[];
  /** For --json. */
  readonly problem: object;

  constructor(status: ExitStatus, lines: readonly string[], problem: object = { detail: lines.join('\n') }) {
    super(lines.join('\n'));
    this.status = status;
    this.lines = lines;
    this.problem = problem;
  }
}

/** What may end it: time (a restart, throttling), a network that comes back, or only a person who changes something. */
export type Remedy = 'time' | 'network' | 'person';

/** No answer, or only one that says to try later. */
export class Unreachable extends CommandFailure {
  readonly remedy: Remedy;

  constructor(remedy: Remedy, lines: readonly string[], problem?: object) {
    super(exitStatus.noAnswer, lines, problem);
    this.remedy = remedy;
  }

  /** The same with one more line; `fields` adds it to --json. */
  with(line: string, fields: object): Unreachable {
    return new Unreachable(this.remedy, [...this.lines, line], { ...this.problem, ...fields });
  }
}
