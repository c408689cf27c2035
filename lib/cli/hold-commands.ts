import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { ExitStatus } from './failure.ts';

/**
 * Imports a command when it runs. The server, the AWS SDK and the Kubernetes client take a second to load, and most
 * commands need none of them.
 */
export type Load<Options> = () => Promise<
  (context: CommandContext, options: Options, ...names: string[]) => Promise<ExitStatus>
>;

export interface Making {
  /** A command with the options that all commands share. */
  readonly add: (usage: string, description: string) => Command;
  readonly act: <Options extends object>(load: Load<Options>) => (...given: unknown[]) => Promise<void>;
  readonly utc: readonly [flags: string, description: string];
}

/** An option with a number. */
export type WithNumber = readonly [flags: string, description: string, parse: (text: string) => number];

/** `pause`, `resume` and `holds`. */
export const addHoldCommands = ({ add, act, utc }: Making): void => {
  const scoped = (command: Command): Command =>
    command
      .option('--environment <name>', 'in this environment')
      .option('--pillar <name>', 'of this pillar')
      .option('--service <key>', 'this service: pillar/service, or the service alone')
      .option('--cluster <name>', 'on this cluster')
      .option('--batch <id>', 'of this batch');
  scoped(add('pause', 'hold what has not started: all that is named must fit, and without a name it is everything'))
    .requiredOption('--reason <text>', 'why, for everybody it affects')
    .option('--until <time>', 'when it ends by itself: 18:00, "2026-12-01 18:00", or with a zone')
    .option('--for <length>', 'the same as a length of time: 30m, 2h, 3d')
    .option('--rollbacks', 'hold rollbacks, too')
    .option(...utc)
    .action(act(async () => (await import('./commands/pause.ts')).pause));
  scoped(add('resume [hold]', 'lift a hold: by its id, or by what it was set on'))
    .option('--reason <text>', 'why')
    .option(...utc)
    .action(act(async () => (await import('./commands/resume.ts')).resume));
  add('holds', 'show what is held')
    .option(...utc)
    .action(act(async () => (await import('./commands/holds.ts')).holds));
};
