import { instantOf } from '../../domain/holds/hold-times.ts';
import type { HoldView } from '../../usecases/holds/hold-view.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { untilWhen } from '../hold-lines.ts';
import { wholeId } from '../meant-batch.ts';
import { posting } from '../posting.ts';

export interface ScopeOptions {
  readonly environment?: string;
  readonly pillar?: string;
  readonly service?: string;
  readonly cluster?: string;
  readonly batch?: string;
}

export interface PauseOptions extends ScopeOptions {
  readonly reason: string;
  readonly until?: string;
  readonly for?: string;
  readonly rollbacks?: boolean;
}

/** Keeps deployments that have not started from their turns. */
export const pause = async (context: CommandContext, options: PauseOptions): Promise<ExitStatus> => {
  const { reason, rollbacks = false, until, for: length } = options;
  const send = {
    scope: await scopeOf(context, options),
    ...{ reason, rollbacks },
    ...(until === undefined ? {} : { until: endOf(context, until) }),
    ...(length === undefined ? {} : { for: length }),
  };
  const hold = await context.client.ask<HoldView>('/holds', posting(send));
  for (const warning of hold.warnings ?? []) context.terminal.error(`warning: ${printable(warning)}`);
  print(context, hold, [
    `Hold ${hold.id} on ${printable(hold.what)}, ${untilWhen(hold, context.times)}.`,
    `What has not started waits${rollbacks ? ', rollbacks too' : '; rollbacks go on'}. What is in flight goes on to its end.`,
    `To lift it: ${context.command('resume', hold.id)}`,
  ]);
  return exitStatus.done;
};

/** The scope in the options; a batch by its full id. */
export const scopeOf = async ({ client }: CommandContext, options: ScopeOptions): Promise<Record<string, string>> => {
  const { environment, pillar, service, cluster, batch } = options;
  const named = { environment, pillar, service, cluster };
  const scope = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(scope), ...(batch === undefined ? {} : { batch: await wholeId(client, batch) }) };
};

/** As the API expects it. */
const endOf = ({ times, clock }: CommandContext, text: string): string => {
  const iso = instantOf(text) === undefined ? times.instant(text, clock.now()) : text;
  if (iso !== undefined) return iso;
  throw new CommandFailure(exitStatus.usage, [
    `${printable(text)} is no time: write 18:00, "2026-12-01 18:00", or 2026-12-01T18:00:00+01:00.`,
  ]);
};
