import type { UserList } from '../../usecases/users/list-users.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { fitTable } from '../fit-table.ts';
import { readPages } from '../read-pages.ts';
import { tableLines } from '../tables.ts';

/** Shows everybody who has ever used the server. */
export const users = async (context: CommandContext): Promise<ExitStatus> => {
  const pages = await readPages<UserList>(context, '/users?limit=1000');
  const found = pages.flatMap((page) => page.users);
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
  print(context, { users: found }, tableLines(table, context.terminal.colours));
  return exitStatus.done;
};
