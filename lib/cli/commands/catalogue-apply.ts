import { stageNamePattern, stageNameRule } from '../../domain/catalogue/stage-name.ts';
import { loadConfiguration } from '../../local/load-configuration.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';

export interface CatalogueApplyOptions {
  readonly stage?: string;
  readonly config?: string;
  readonly withSecrets?: boolean;
}

/** Stores the configuration where a stage on AWS reads it, and says what the stage lacks. */
export const catalogueApply = async (context: CommandContext, options: CatalogueApplyOptions): Promise<ExitStatus> => {
  const { directory, env, terminal } = context;
  if (options.stage !== undefined) checkStage(options.stage, '--stage');
  const withSecrets = options.withSecrets ?? false;
  const loaded = loadConfiguration({ file: options.config, directory, env, secrets: withSecrets ? 'now' : 'later' });
  if (loaded.file === undefined) {
    const lines = ['There is no flotilla.config.yaml here; name another file with --config.'];
    throw new CommandFailure(exitStatus.usage, lines);
  }
  for (const warning of loaded.warnings) terminal.error(`warning: ${warning}`);
  const { configuration } = loaded;
  const stage = options.stage ?? loaded.stage ?? 'dev';
  checkStage(stage, `${loaded.file}, aws.stage`);
  // Only this command talks to AWS itself; the others start without its clients.
  const { applyCatalogue } = await import('../../local/apply-catalogue.ts');
  const applied = await applyCatalogue({ configuration, stage, withSecrets });
  const again = [
    'catalogue',
    'apply',
    '--stage',
    stage,
    ...(options.config === undefined ? [] : ['--config', options.config]),
  ];
  const command = context.command(...again, '--with-secrets');
  const missing = applied.secretState === 'missing';
  print(context, { ...applied, ...(missing ? { next: command } : {}) }, [
    `${loaded.file} is the catalogue of stage ${stage} now, at ${applied.document}; functions take it within a minute.`,
    ...secretLines[applied.secretState],
    ...(missing ? [`  ${command}`] : []),
  ]);
  return exitStatus.done;
};

/** No other stage can have been deployed. */
const checkStage = (stage: string, where: string): void => {
  if (stageNamePattern.test(stage)) return;
  const told = `${where}: ${JSON.stringify(stage)} is not allowed; it takes ${stageNameRule}`;
  throw new CommandFailure(exitStatus.usage, [told]);
};

const secretLines = {
  written: ['The Harness key and webhook tokens are in its secret.'],
  kept: ['The Harness key was left alone; --with-secrets stores it again.'],
  missing: [
    'The Harness key is missing, and nothing can be deployed without. With the variables set that the configuration names:',
  ],
} as const;
