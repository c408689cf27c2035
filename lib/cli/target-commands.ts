import { targets } from './commands/targets.ts';
import type { Making } from './hold-commands.ts';

/** What runs where, and what has changed. */
export const addTargetCommands = ({ add, act, utc }: Making): void => {
  add('targets [action]', 'show what runs where; `targets backfill` writes it for earlier deployments')
    .option('--environment <name>', 'in this environment')
    .option('--cluster <name>', 'on this cluster')
    .option('--pillar <name>', 'of this pillar')
    .option('--service <key>', 'this service: pillar/service, or its name alone with --pillar')
    .option('--state <state>', 'changing, verified, failed, unknown, restored or deleted')
    .option('--actor <who>', 'changed last by them: a subject or a name')
    .option('--text <text>', 'with this in its name, version, image, digest, batch or actor')
    .option(...utc)
    .action(act(targets));
};
