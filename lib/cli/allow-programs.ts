import { allow, isAllowed, type Programs } from '../local/allowed-programs.ts';
import type { NamedProgram } from '../local/runtime/check-clusters.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { shellWord } from './shell-word.ts';
import { shownValue } from './shown-value.ts';
import { isYes } from './terminal.ts';

/** Running Flotilla in a folder must not be enough to run the programs that a kubeconfig there names. */
export const letRun = async (
  { terminal, env, json }: Pick<CommandContext, 'terminal' | 'env' | 'json'>,
  asked: Programs,
  isGranted: boolean,
): Promise<void> => {
  const { programs, file } = asked;
  if (programs.length === 0) return;
  if (isGranted || isAllowed(asked, env)) {
    terminal.error(`Runs programs of kubeconfigs, to be let in by clusters: ${programs.map(briefly).join(', ')}.`);
    return;
  }
  const named = [
    `${file} makes Flotilla run programs as you, to be let in by clusters:`,
    ...programs.map((program) => `  cluster ${program.cluster}: ${inFull(program)} (from ${program.kubeconfig})`),
  ];
  if (json || terminal.ask === undefined) {
    const why = 'Look at them, and say --allow-programs, or start it once from a terminal, which asks.';
    throw new CommandFailure(exitStatus.refused, [...named, why]);
  }
  for (const line of named) terminal.error(line);
  if (!isYes(await terminal.ask('May they run? [y/N] '))) {
    throw new CommandFailure(exitStatus.refused, ['Nothing was started.']);
  }
  if (!allow(asked, env)) terminal.error('This is not remembered: the user has no place for it (HOME is not set).');
};

const briefly = ({ command, cluster }: NamedProgram): string => `${command} (${cluster})`;

const inFull = ({ command, args, env }: NamedProgram): string =>
  [...Object.entries(env).map(assigned), ...[command, ...args].map(shellWord)].join(' ');

const assigned = ([name, value]: readonly [string, string]): string => {
  const shown = shownValue(name, value);
  return `${name}=${shown === '…' ? shown : shellWord(shown)}`;
};
