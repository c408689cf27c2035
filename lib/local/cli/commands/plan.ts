import { type PlanPreview, previewPlan } from '../../../usecases/preview-plan.ts';
import { loadConfiguration } from '../../load-configuration.ts';
import { type CommandContext, print, readBatchFile } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { describePlan } from '../plan-lines.ts';
import { yamlHeaders } from './deploy.ts';

export interface PlanOptions {
  readonly url?: string;
  readonly config?: string;
}

/** Shows what a batch would do: as the server sees it when one is named, else with the configuration here. */
export const plan = async (context: CommandContext, options: PlanOptions, file = ''): Promise<ExitStatus> => {
  const text = await readBatchFile(context, file);
  const preview = asksServer(context, options)
    ? await context.client.ask<PlanPreview>('/batches/plan', { method: 'POST', body: text, headers: yamlHeaders })
    : await planHere(context, options, text);
  print(context, preview, describePlan(preview, context.terminal));
  return exitStatus.done;
};

const asksServer = ({ env }: CommandContext, { url, config }: PlanOptions): boolean =>
  url !== undefined || (config === undefined && env.FLOTILLA_URL !== undefined);

const planHere = async (
  { directory, env, terminal }: CommandContext,
  { config }: PlanOptions,
  text: string,
): Promise<PlanPreview> => {
  const { configuration, warnings } = loadConfiguration({ file: config, directory, env });
  for (const warning of warnings) terminal.error(`warning: ${warning}`);
  return previewPlan({ catalogue: async () => configuration.catalogue }, { text });
};
