import type { Making, WithNumber } from './hold-commands.ts';

/** `rollback`, for a batch and for one deployment. */
export const addRollbackCommand = (
  { add, act, utc }: Making,
  {
    yes,
    timeout,
    patience,
  }: { readonly yes: readonly [string, string]; readonly timeout: WithNumber; readonly patience: WithNumber },
): void => {
  add('rollback <what>', 'put back what a batch has changed, or one deployment: pillar/service')
    .option('--reason <text>', 'why, for the record')
    .option('--preview', 'show what would go where, and what is left and why; change nothing')
    .option('--only <key...>', 'of a batch: these and no others')
    .option('--force <key...>', 'of a batch: these, although something that depends on them does not go back')
    .option('--environment <name>', 'of one deployment: where')
    .option('--cluster <name>', 'of one deployment: where it runs on several')
    .option('--to <version>', 'of one deployment: a version that was verified there (default: the one before)')
    .option('--idempotency-key <key>', 'of one deployment: sending the same again gives the same batch')
    .option('--follow', 'stay until it has ended')
    .option(...timeout)
    .option(...patience)
    .option(...yes)
    .option(...utc)
    .action(act(async () => (await import('./commands/rollback.ts')).rollback));
};
