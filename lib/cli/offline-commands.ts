import { Argument, type Command } from 'commander';
import type { Making } from './hold-commands.ts';
import { schemaNames, shells } from './offline-names.ts';

/** Commands that ask no server. */
export const addOfflineCommands = (program: Command, act: Making['act']): void => {
  program
    .command('validate <files...>')
    .description('check batches and configurations without a server; - is the standard input')
    .option(
      '--config <file>',
      'the configuration for the batches (default: the one among the files, else ./flotilla.config.yaml, else simulated)',
    )
    .option('--json', 'print JSON')
    .action(act(async () => (await import('./commands/validate.ts')).validate));
  program
    .command('schema')
    .description('print a JSON Schema, for editors and other tools')
    .addArgument(new Argument('[name]', 'which one').choices(schemaNames).default('batch'))
    .option('--json', 'print it on one line')
    .action(act(async () => (await import('./commands/schema.ts')).schema));
  program
    .command('completion')
    .description('print the script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .option('--json', 'print JSON')
    .action(act(async () => (await import('./commands/completion.ts')).completion));
};
