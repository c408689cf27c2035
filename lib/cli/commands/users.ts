import type { UserList, UserView } from '../../usecases/users/list-users.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { fitTable } from '../fit-table.ts';
import { leftOutLines } from '../tables.ts';

/** Shows everybody who was ever let in. */
export const users = async (context: CommandContext): Promise<ExitStatus> => {
  const found = await readUsers(context);
  const table = fitTable(
    [
      { head: 'SUBJECT' },
      { head: 'KIND' },
      { head: 'NAME', cut: 'name' },
      { head: 'E-MAIL', cut: 'name' },
      { head: 'SINCE', spare: 1 },
    ],
    found.map(({ subject, kind, name = '-', email = '-', first_seen_at }) => [
      ...[subject, kind, name, email],
      context.times.minute(first_seen_at),
    ]),
    context.terminal.columns,
  );
  print(context, { users: found }, [...table.lines, ...leftOutLines(table, context.terminal.colours)]);
  return exitStatus.done;
};

const readUsers = async ({ client }: CommandContext): Promise<readonly UserView[]> => {
  const found: UserView[] = [];
  for (let path = '/users?limit=1000'; ; ) {
    const page: UserList = await client.ask<UserList>(path);
    found.push(...page.users);
    if (page.next_after === undefined) return found;
    path = `/users?limit=1000&after=${encodeURIComponent(page.next_after)}`;
  }
};
