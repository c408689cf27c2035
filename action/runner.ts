import type { CliWorld } from '../lib/cli/command-context.ts';
import type { InputName } from './input-names.ts';

/** A place in a file of the repository. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

export type Level = 'error' | 'warning' | 'notice';

export type OutputName =
  | 'status'
  | 'url'
  | 'batch-id'
  | 'report'
  | 'report-junit'
  | 'plan-hash'
  | 'deployments'
  | 'problems';

/** What GitHub's runner offers an action. */
export interface Runner {
  input(name: InputName): string;
  output(name: OutputName, value: string): void;
  /** From now on the log shows `***` in place of this text. */
  secret(text: string): void;
  annotate(level: Level, message: string, place?: Place): void;
  /** Adds to the summary of the job. */
  summary(markdown: string): Promise<void>;
  /** Writes one line to the log. */
  line(text: string): void;
}

export interface ActionWorld extends Pick<CliWorld, 'env' | 'directory' | 'clock' | 'ids'> {
  readonly runner: Runner;
}
