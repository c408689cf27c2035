import type { Configuration } from '../../domain/catalogue/catalogue.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import { loadConfiguration } from '../../local/load-configuration.ts';
import { type PlanPreview, previewPlan } from '../../usecases/plan/preview-plan.ts';
import { type BatchFile, type CommandContext, print, readBatchFile } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { describePlan } from '../plan-lines.ts';
import type { PlannedBy } from '../plan-records.ts';
import { sendBatch } from '../send-batch.ts';

export interface PlanOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly config?: string;
}

/** Shows what a batch would do: as the server sees it when one is named, else with the configuration here. */
export const plan = async (context: CommandContext, options: PlanOptions, file = ''): Promise<ExitStatus> => {
  const isRemote = asksServer(context, options);
  checkOptions(options, isRemote);
  const batch = await readBatchFile(context, file);
  const plan = await (isRemote ? planThere(context, batch) : planHere(context, options, batch));
  print(context, plan, describePlan(plan, context));
  return exitStatus.done;
};

const asksServer = ({ env }: CommandContext, { url, config }: PlanOptions): boolean =>
  url !== undefined || (config === undefined && env.FLOTILLA_URL !== undefined);

const checkOptions = ({ config, tokenFile }: PlanOptions, isRemote: boolean): void => {
  const useless = isRemote ? config !== undefined && '--config' : tokenFile !== undefined && '--token-file';
  if (!useless) return;
  const why = isRemote ? 'a server plans with its own configuration' : 'no server is asked without --url';
  throw new CommandFailure(exitStatus.usage, [`${useless} has no effect here: ${why}.`]);
};

type Planned = PlanPreview & { readonly planned_by: PlannedBy };

const planThere = async ({ client }: CommandContext, batch: BatchFile): Promise<Planned> => ({
  planned_by: { by: 'server', url: client.url },
  ...(await sendBatch<PlanPreview>(client, '/batches/plan', batch)).answer,
});

const planHere = async (
  { directory, env, terminal }: CommandContext,
  { config }: PlanOptions,
  { text, name }: BatchFile,
): Promise<Planned> => {
  const { configuration, warnings, file } = loadConfiguration({ file: config, directory, env });
  for (const warning of warnings) terminal.error(`warning: ${warning}`);
  const catalogue = async () => (await named(configuration)).catalogue;
  const preview = await previewPlan({ catalogue }, { text }).catch((error: unknown) => {
    if (!isFlotillaError(error)) throw error;
    throw new FlotillaError(error.name, error.message, { ...error.details, file: name }, error);
  });
  return { planned_by: file === undefined ? { by: 'defaults' } : { by: 'file', file }, ...preview };
};

/**
 * With its clusters named as a server names them: what that refuses is refused here. The clients of clusters take long to load,
 * and a plan without a kubeconfig does without them.
 */
const named = async (configuration: Configuration): Promise<Configuration> => {
  const connections = Object.values(configuration.connections.clusters);
  if (connections.every(({ kind }) => kind !== 'kubeconfig')) return configuration;
  const { withAddresses } = await import('../../local/runtime/name-clusters.ts');
  return withAddresses(configuration);
};
