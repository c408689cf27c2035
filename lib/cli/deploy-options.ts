import type { Command } from 'commander';
import { mostReplicas } from '../domain/plan/action.ts';
import { numberIn } from './number-in.ts';

const several = 'several times for several';

const oneMore = (text: string, others: readonly string[] = []): readonly string[] => [...others, text];

const setVersion = ['--set <key=version>', `another version than the file says; ${several}`, oneMore] as const;

/** Options for `pillar/service=VERSION`, and options that change a file. */
export const withOneOptions = (command: Command): Command =>
  command
    .option('--environment <name>', 'where, of one deployment without a file')
    .option('--infrastructure <name>', "of one deployment (default: the environment's, else where it runs now)")
    .option(
      '--artifact <kind>',
      "docker, helm or kustomize, of one deployment (default: the environment's, else as now)",
    )
    .option('--action <what>', 'deploy, delete or scale, of pillar/service without a version and without a file')
    .option('--replicas <number>', 'how many, with --action scale', numberIn(0, mostReplicas))
    .option('--at-once', 'take no steps, though the service does; of one deployment without a file')
    .option(...setVersion);

/** Options of a preview. */
export const withPreviewOptions = (command: Command): Command => command.option(...setVersion);

/** Options of a retry. */
export const withRetryOptions = (command: Command): Command =>
  command
    .option('--only <key...>', 'these deployments and no others')
    .option('--with <key=version...>', 'another version on the way')
    .option('--reason <text>', 'why, for the record')
    .option('--preview', 'show what would be tried again, and start nothing');
