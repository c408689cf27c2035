import { listed } from '../../domain/batch/findings.ts';
import type { Allowance } from '../../domain/grants/allowance.ts';
import type { MeView } from '../../usecases/users/read-me.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { namedBy } from '../status-lines.ts';

/** Shows who the server takes the caller for, and what the caller may do. */
export const whoami = async (context: CommandContext): Promise<ExitStatus> => {
  const me = await context.client.ask<MeView>('/me');
  print(context, me, linesOf(me));
  return exitStatus.done;
};

const linesOf = ({ subject, kind, name, email, client, groups, scopes, roles, may }: MeView): readonly string[] => [
  `${namedBy(subject, name)}, a ${kind}`,
  ...(email === undefined ? [] : [`E-mail: ${printable(email)}`]),
  ...(client === undefined || client === subject ? [] : [`Client: ${printable(client)}`]),
  ...(groups.length === 0 ? [] : [`Groups: ${listed(groups.map(printable))}`]),
  ...(roles === undefined ? [] : [`Roles: ${listed(roles.map(printable))}`]),
  `Scopes: ${listed(scopes)}`,
  ...Object.entries(may).map(([verb, allowance]) => `May ${verb}: ${placesOf(allowance)}`),
];

const placesOf = ({ everywhere, places }: Allowance): string => {
  if (everywhere) return 'everywhere';
  const named = Object.entries(places).map(([pillar, environments]) => {
    const where = environments.includes('*') ? 'everywhere' : `in ${listed(environments.map(printable))}`;
    return `${printable(pillar)} ${where}`;
  });
  return named.join('; ');
};
