import type { DeploymentView } from '../../../usecases/deployment-view.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';

export interface ResolveOptions {
  readonly status: string;
  readonly reason: string;
}

/** Says what became of an UNKNOWN deployment. */
export const resolve = async (
  context: CommandContext,
  { status, reason }: ResolveOptions,
  id = '',
  key = '',
): Promise<ExitStatus> => {
  const path = `/batches/${encodeURIComponent(id)}/deployments/${key.split('/').map(encodeURIComponent).join('/')}/resolve`;
  const view = await context.client.ask<DeploymentView>(path, {
    method: 'POST',
    body: JSON.stringify({ status, reason }),
    headers: { 'content-type': 'application/json' },
  });
  print(context, view, [`${view.key} is ${view.status} now, resolved by ${view.resolved_by}.`]);
  return exitStatus.done;
};
