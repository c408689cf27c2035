import type { Making } from './hold-commands.ts';

/** The caller, and everybody who has used the server. */
export const addUserCommands = ({ add, act, utc }: Making): void => {
  add('whoami', 'show whom the server takes you for, and what you may do').action(
    act(async () => (await import('./commands/whoami.ts')).whoami),
  );
  add('users', 'show everybody who was ever let in; for administrators')
    .option(...utc)
    .action(act(async () => (await import('./commands/users.ts')).users));
};
