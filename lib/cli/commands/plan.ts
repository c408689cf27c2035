import type { Configuration } from '../../domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../domain/catalogue/simulated-configuration.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import { findConfiguration } from '../../local/find-configuration.ts';
import type { ConfigurationReading, LoadedConfiguration } from '../../local/load-configuration.ts';
import type { Deps } from '../../usecases/deps.ts';
import { type PlanPreview, previewPlan } from '../../usecases/plan/preview-plan.ts';
import { type BatchFile, type CommandContext, print, readBatchFile } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { type OneOptions, type OneRequest, oneRequest } from '../one-deployment.ts';
import { describePlan } from '../plan-lines.ts';
import type { PlannedBy } from '../plan-records.ts';
import { posting } from '../posting.ts';
import { sendBatch } from '../send-batch.ts';
import { withVersions } from '../set-versions.ts';

export interface PlanOptions extends Omit<OneOptions, 'reason'> {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly config?: string;
}

/** Shows what a batch would do: from the server's view if one is named, else with the local configuration. */
export const plan = async (context: CommandContext, options: PlanOptions, what = ''): Promise<ExitStatus> => {
  const plan = await makePlan(context, options, what);
  print(context, plan, describePlan(plan, context));
  return exitStatus.done;
};

/** The plan to show. `secrets: 'later'` plans locally without the configuration's secrets. */
export const makePlan = async (
  context: CommandContext,
  options: PlanOptions & Pick<ConfigurationReading, 'secrets'>,
  what: string,
): Promise<Planned> => {
  const isRemote = asksServer(context, options);
  checkOptions(options, isRemote);
  const one = oneRequest(what, options);
  const asked = one ?? withVersions(await readBatchFile(context, what), options.set);
  return isRemote ? planThere(context, asked) : planHere(context, options, asked);
};

const asksServer = ({ env }: CommandContext, { url, config }: PlanOptions): boolean =>
  url !== undefined || (config === undefined && env.FLOTILLA_URL !== undefined);

const checkOptions = ({ config, tokenFile }: PlanOptions, isRemote: boolean): void => {
  const useless = isRemote ? config !== undefined && '--config' : tokenFile !== undefined && '--token-file';
  if (!useless) return;
  const why = isRemote ? 'a server plans with its own configuration' : 'no server is asked without --url';
  throw new CommandFailure(exitStatus.usage, [`${useless} has no effect here: ${why}.`]);
};

/** A plan, and who made it. */
export type Planned = PlanPreview & { readonly planned_by: PlannedBy };

/** A batch from its file, or one deployment without a file. */
type Asked = BatchFile | OneRequest;

const planThere = async ({ client }: CommandContext, asked: Asked): Promise<Planned> => ({
  planned_by: { by: 'server', url: client.url },
  ...('text' in asked
    ? (await sendBatch<PlanPreview>(client, '/batches/plan', asked)).answer
    : await client.ask<PlanPreview>('/deployments/plan', posting(asked))),
});

const planHere = async (
  { directory, env, terminal }: CommandContext,
  { config, secrets }: Parameters<typeof makePlan>[1],
  asked: Asked,
): Promise<Planned> => {
  const reading = { file: config, directory, env, ...(secrets === undefined ? {} : { secrets }) };
  const { configuration, warnings, file } = await readHere(reading);
  for (const warning of warnings) terminal.error(`warning: ${warning}`);
  const catalogue = async () => (await named(configuration)).catalogue;
  const preview = await previewHere({ catalogue }, asked);
  return { planned_by: file === undefined ? { by: 'defaults' } : { by: 'file', file }, ...preview };
};

/** What reads a configuration takes long to load, and so does what plans one deployment. Most plans need neither. */
const readHere = async (reading: ConfigurationReading): Promise<LoadedConfiguration> => {
  const found = findConfiguration(reading);
  if (found === undefined) return { configuration: simulatedConfiguration(), warnings: [] };
  const { readConfiguration } = await import('../../local/load-configuration.ts');
  return readConfiguration(found, reading);
};

const previewHere = async (deps: Pick<Deps, 'catalogue'>, asked: Asked): Promise<PlanPreview> => {
  if (!('text' in asked)) {
    const { previewOne } = await import('../../usecases/batch/deploy-one.ts');
    return previewOne(deps, asked);
  }
  return previewPlan(deps, asked).catch((error: unknown) => {
    if (!isFlotillaError(error)) throw error;
    throw new FlotillaError(error.name, error.message, { ...error.details, file: asked.name }, error);
  });
};

/**
 * Names the clusters as a server does, so that a local plan rejects what a server would reject. The cluster clients
 * load slowly, and a plan without a kubeconfig does not need them.
 */
const named = async (configuration: Configuration): Promise<Configuration> => {
  const connections = Object.values(configuration.connections.clusters);
  if (connections.every(({ kind }) => kind !== 'kubeconfig')) return configuration;
  const { withAddresses } = await import('../../local/runtime/name-clusters.ts');
  return withAddresses(configuration);
};
