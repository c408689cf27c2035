import type { AdoptedView } from '../../usecases/drift/adopt-target.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { posting } from '../posting.ts';

export interface AdoptOptions {
  readonly reason?: string;
}

/** Accepts what somebody has changed at a target. */
export const adopt = async (context: CommandContext, { reason }: AdoptOptions, target = ''): Promise<ExitStatus> => {
  const asked = { ...namesIn(target), ...(reason === undefined ? {} : { reason }) };
  const found = await context.client.ask<AdoptedView>('/targets/adopt', posting(asked));
  print(context, found, adoptedLines(found));
  return exitStatus.done;
};

const namesIn = (target: string): { readonly key: string; readonly environment: string; readonly cluster: string } => {
  const [environment = '', cluster = '', pillar = '', service = '', ...more] = target.split('/');
  if (service === '' || more.length > 0)
    throw new CommandFailure(exitStatus.usage, [
      `${target} names no target: one is ENVIRONMENT/CLUSTER/PILLAR/SERVICE, as flotilla targets shows them.`,
    ]);
  return { key: `${pillar}/${service}`, environment, cluster };
};

const adoptedLines = ({ message, fields, count, notes }: AdoptedView): readonly string[] => [
  printable(message),
  ...fields.map(
    ({ object, path, from = 'nothing', to = 'nothing' }) =>
      `  ${printable(path === undefined ? `${object} is gone` : `${object} ${path}: ${from} -> ${to}`)}`,
  ),
  ...(count > fields.length ? [`  and ${count - fields.length} more`] : []),
  ...notes.map((note) => printable(note)),
];
