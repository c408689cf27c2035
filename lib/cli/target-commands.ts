import { InvalidArgumentError } from 'commander';
import type { Making } from './hold-commands.ts';
import { pastMoment } from './past-moment.ts';

/** What runs where, and what has changed. */
export const addTargetCommands = ({ add, act, utc }: Making): void => {
  add('targets', 'show what runs where')
    .option('--environment <name>', 'in this environment')
    .option('--cluster <name>', 'on this cluster')
    .option('--pillar <name>', 'of this pillar')
    .option('--service <key>', 'this service: pillar/service, or its name alone with --pillar')
    .option('--state <state>', 'changing, verified, failed, unknown, restored, deleted or adopted')
    .option('--drift', 'only what somebody has changed since it was deployed')
    .option('--actor <who>', 'changed last by them: a subject or a name')
    .option('--text <text>', 'with this in its name, version, image, digest, batch or actor')
    .option(...utc)
    .action(act(async () => (await import('./commands/targets.ts')).targets));
  add('adopt <target>', 'take what somebody has changed there as right: ENVIRONMENT/CLUSTER/PILLAR/SERVICE')
    .option('--reason <text>', 'why it is right, for the record')
    .action(act(async () => (await import('./commands/adopt.ts')).adopt));
  add('history <key>', 'show what ran where of a service, and what failed there, newest first')
    .option('--environment <name>', 'in this environment')
    .option('--cluster <name>', 'on this cluster')
    .option('--since <time>', `then or later: ${pastMoment}`)
    .option('--limit <number>', 'how many (default: 20; with --export, all)', howMany)
    .option('--export <folder>', 'write it there as JSON, a file for each, and write over nothing')
    .option(...utc)
    .action(act(async () => (await import('./commands/history.ts')).history));
  add('changes', 'show what has changed where, newest first')
    .option('--since <time>', `then or later: ${pastMoment} (default: 7d)`)
    .option('--until <time>', 'before that')
    .option('--environment <name>', 'in this environment')
    .option('--cluster <name>', 'on this cluster')
    .option('--pillar <name>', 'of this pillar')
    .option('--service <key>', 'this service: pillar/service, or its name alone with --pillar')
    .option('--actor <who>', 'by them: a subject or a name')
    .option('--status <status>', 'that ended so')
    .option('--limit <number>', 'how many', howMany, 50)
    .option(...utc)
    .action(act(async () => (await import('./commands/changes.ts')).changes));
  add('diff <from> <to>', 'show which services are not the same in two environments')
    .option('--cluster <name>', 'on this cluster in both')
    .option('--pillar <name>', 'of this pillar')
    .option('--service <key>', 'this service: pillar/service, or its name alone with --pillar')
    .option('--exit-code', 'exit with 1 where they differ')
    .action(act(async () => (await import('./commands/diff.ts')).diff));
  add('migrate', 'write the rows that an earlier version did not know: once after an upgrade').action(
    act(async () => (await import('./commands/migrate.ts')).migrate),
  );
};

const most = 100_000;

const howMany = (text: string): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new InvalidArgumentError(`A whole number from 1 to ${most} is needed.`);
};
