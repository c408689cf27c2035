import { describeIssue, type Issue } from '../domain/batch/issues.ts';
import { isFlotillaError } from '../domain/errors.ts';
import { CommandFailure, exitStatus } from './failure.ts';

/** The lines of one of our own texts. */
export const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');

/** Turns anything that a command throws into lines, a problem for --json, and an exit status. */
export const asFailure = (error: unknown): CommandFailure => {
  if (error instanceof CommandFailure) return error;
  if (!isFlotillaError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new CommandFailure(exitStatus.failed, linesOf(message));
  }
  const issues = (error.details.issues ?? []) as readonly Issue[];
  const file = error.details.file;
  const lines = issues.map((issue) => describeIssue(typeof file === 'string' ? { file, ...issue } : issue));
  const wrongUse = ['YamlInvalid', 'BatchInvalid', 'ConfigurationInvalid', 'RequestInvalid'].includes(error.name);
  const problem = { code: error.name, detail: error.message, issues };
  return new CommandFailure(
    wrongUse ? exitStatus.usage : exitStatus.failed,
    [...linesOf(error.message), ...lines],
    problem,
  );
};
