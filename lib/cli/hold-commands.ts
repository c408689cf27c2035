import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { holds } from './commands/holds.ts';
import { pause } from './commands/pause.ts';
import { resume } from './commands/resume.ts';
import type { ExitStatus } from './failure.ts';

export interface Making {
  /** A command with the options that every command has. */
  readonly add: (usage: string, description: string) => Command;
  readonly act: <Options extends object>(
    run: (context: CommandContext, options: Options, ...names: string[]) => Promise<ExitStatus>,
  ) => (...given: unknown[]) => Promise<void>;
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
    .requiredOption('--reason <text>', 'why, for everybody who waits')
    .option('--until <time>', 'when it ends by itself: 18:00, "2026-12-01 18:00", or with a zone')
    .option('--for <length>', 'the same as a length of time: 30m, 2h, 3d')
    .option('--rollbacks', 'hold rollbacks, too')
    .option(...utc)
    .action(act(pause));
  scoped(add('resume [hold]', 'lift a hold: by its id, or by what it was set on'))
    .option('--reason <text>', 'why')
    .option(...utc)
    .action(act(resume));
  add('holds', 'show what is held')
    .option(...utc)
    .action(act(holds));
};
