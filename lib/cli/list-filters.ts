import type { Command } from 'commander';
import { askedOrigins } from '../domain/record/batch-filter.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import { momentGiven, pastMoment } from './past-moment.ts';
import { shellWord } from './shell-word.ts';

/** The most that `list` shows: a hundred of the largest pages. */
export const mostListed = 10_000;

/** Filters from the command line, by option name. */
export type Given = Readonly<Record<string, string | undefined>>;

/** The given options, for another command line. */
export const wordsOf = (given: Given): readonly string[] =>
  Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${optionOf(name)}`, value]));

/** The same in a sentence. */
export const filtersTold = (given: Given): string =>
  wordsOf(given)
    .map((word) => shellWord(printable(word)))
    .join(' ');

/** As the API expects them: statuses in capitals, and times that are the same for all pages. */
export const queryOf = (context: Pick<CommandContext, 'times' | 'clock'>, given: Given): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    query.set(optionOf(name).replaceAll('-', '_'), sentValue(context, name, value));
  }
  return query.toString();
};

const sentValue = (context: Pick<CommandContext, 'times' | 'clock'>, name: string, value: string): string => {
  if (name === 'since' || name === 'until') return momentGiven(context, name, value);
  return name === 'status' ? value.toUpperCase() : value;
};

/** Commander turns `--held-by` into `heldBy`. */
const optionOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Those of `status`. */
export const addStatusOptions = (command: Command): Command =>
  command
    .option('--status <status>', 'only deployments that have this status')
    .option('--environment <name>', 'only in this environment')
    .option('--pillar <name>', 'only of this pillar')
    .option('--cluster <name>', 'only on this cluster')
    .option('--reason <word>', 'only that are in their status, or failed, for this reason')
    .option('--text <text>', 'only with this in key, reason or message')
    .option('--held-by <what>', 'only that wait for a hold or a batch, by its id, or for a deployment, by its key')
    .option('--sort <order>', 'plan, or trouble: what failed, is UNKNOWN, is in work, waits, and the rest');

/** Those of `list`. */
export const addListOptions = (command: Command): Command =>
  command
    .option('--status <status>', 'that have this status')
    .option('--environment <name>', 'with a deployment in this environment')
    .option('--pillar <name>', 'with a deployment of this pillar')
    .option('--service <key>', 'with this service: pillar/service, or the service alone beside --pillar')
    .option('--actor <who>', 'that they have submitted')
    .option('--origin <kind>', `why there is such a batch: ${askedOrigins.join(', ')}`)
    .option('--tag <word>', 'with this tag')
    .option('--text <text>', 'with this in its name, description, author, tags, id or submitter')
    .option('--since <time>', `made then or later: ${pastMoment}`)
    .option('--until <time>', 'made before that');
