import type { HoldView } from '../../usecases/holds/hold-view.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { untilWhen } from '../hold-lines.ts';
import { posting } from '../posting.ts';
import { type ScopeOptions, scopeOf } from './pause.ts';

export interface ResumeOptions extends ScopeOptions {
  readonly reason?: string;
}

/** Lifts a hold: by its id or the beginning of it, or by its scope. */
export const resume = async (context: CommandContext, options: ResumeOptions, id = ''): Promise<ExitStatus> => {
  const scope = await scopeOf(context, options);
  if (id !== '' && Object.keys(scope).length > 0) {
    throw new CommandFailure(exitStatus.usage, ['Say which hold by its id or by its scope, not by both.']);
  }
  const { holds } = await context.client.ask<{ readonly holds: readonly HoldView[] }>('/holds');
  const meant = holds.filter((hold) =>
    id === '' ? hold.kind === 'pause' && isOn(hold, scope) : hold.id.startsWith(id),
  );
  const [hold] = meant;
  if (hold === undefined || meant.length > 1) throw notOne(context, { id, meant, holds });
  const { reason } = options;
  await context.client.ask<HoldView>(
    `/holds/${encodeURIComponent(hold.id)}/resume`,
    posting(reason === undefined ? {} : { reason }),
  );
  print(context, hold, [`Hold ${hold.id} on ${printable(hold.what)} is lifted: what it kept goes on in its order.`]);
  return exitStatus.done;
};

const isOn = ({ scope }: HoldView, named: Readonly<Record<string, string>>): boolean => {
  const held: Readonly<Record<string, string | undefined>> = { ...scope };
  const names = new Set([...Object.keys(held), ...Object.keys(named)]);
  return [...names].every((name) => held[name] === named[name]);
};

interface Found {
  readonly id: string;
  readonly meant: readonly HoldView[];
  readonly holds: readonly HoldView[];
}

/** None or several matches: lists the holds, each with the command that lifts it. */
const notOne = ({ times, command }: CommandContext, { id, meant, holds }: Found): CommandFailure => {
  const choices = meant.length > 1 ? meant : holds.filter(({ kind }) => kind === 'pause');
  const what = id === '' ? 'on just that' : `with the id ${printable(id)}`;
  const said = meant.length > 1 ? `${meant.length} holds are ${what}:` : `There is no hold ${what}.`;
  const lines = [
    said,
    ...choices.map(
      (hold) =>
        `  ${command('resume', hold.id)}  ${printable(hold.what)}, ${untilWhen(hold, times)}: ${printable(hold.reason)}`,
    ),
  ];
  return new CommandFailure(exitStatus.notFound, lines, { code: 'HoldNotFound', detail: said, candidates: choices });
};
