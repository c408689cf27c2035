import type { TargetHealth } from '../../usecases/targets/check-target.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { explainEvidence } from '../explain.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { posting } from '../posting.ts';

export interface HealthOptions {
  readonly environment: string;
  readonly cluster?: string;
}

/** Asks for a service's health now. Exit status 0 if it is healthy, and 1 if not. */
export const health = async (
  context: CommandContext,
  { environment, cluster }: HealthOptions,
  key = '',
): Promise<ExitStatus> => {
  const asked = { key, environment, ...(cluster === undefined ? {} : { cluster }) };
  const found = await context.client.ask<TargetHealth>('/targets/health', posting(asked));
  print(context, found, healthLines(found, context));
  return found.healthy ? exitStatus.done : exitStatus.failed;
};

const healthLines = (found: TargetHealth, { terminal, times }: CommandContext): readonly string[] => {
  const { green, red } = terminal.colours;
  const { healthy, reason, message, running, recorded, state } = found;
  return [
    `${healthy ? green('healthy') : red('not healthy')} ${found.key} in ${found.environment} on ${found.cluster}, ${times.moment(found.checked_at)}`,
    `  ${reason}: ${printable(message)}`,
    `  version that runs: ${running ?? 'not known'}, recorded: ${recorded ?? 'not known'} (${state})`,
    ...found.warnings.map((warning) => `  warning: ${printable(warning)}`),
    ...found.evidence.flatMap((one) => explainEvidence(one, message)),
  ];
};
