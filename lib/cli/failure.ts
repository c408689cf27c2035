import type { signalStatus } from './stop-signal.ts';

/** How the program ends, as scripts know it. */
export const exitStatus = { done: 0, failed: 1, usage: 2, timedOut: 3, notFound: 4 } as const;
export type ExitStatus =
  | (typeof exitStatus)[keyof typeof exitStatus]
  | (typeof signalStatus)[keyof typeof signalStatus];

/** A command that cannot go on: what is printed, and the exit status. */
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

/** A server could not be reached, or said that it may be able to answer later. */
export class Unreachable extends CommandFailure {}
