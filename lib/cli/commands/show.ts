import { askedFor } from '../../domain/plan/action.ts';
import type { DeploymentDetail } from '../../usecases/deployment/read-deployment.ts';
import type { Health } from '../../usecases/read-health.ts';
import type { EventView } from '../../usecases/record/follow-feed.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { explainDeployments } from '../explain.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { wholeId } from '../meant-batch.ts';
import { isSimulated } from '../simulation.ts';
import { eventLine, paintStatus } from '../status-lines.ts';

/** Shows one deployment of a batch. */
export const show = async (context: CommandContext, _: object, named = '', key = ''): Promise<ExitStatus> => {
  const { client } = context;
  const id = await wholeId(client, named);
  const path = key.split('/').map(encodeURIComponent).join('/');
  const detail = await client.ask<DeploymentDetail>(`/batches/${encodeURIComponent(id)}/deployments/${path}`);
  const { simulated } = await client.ask<Pick<Health, 'simulated'>>('/health');
  print(context, { ...detail, simulated: isSimulated(simulated, detail.cluster) }, linesOf(detail, context, simulated));
  return exitStatus.done;
};

const linesOf = (
  detail: DeploymentDetail,
  { terminal: { colours }, times, command }: CommandContext,
  simulated: Health['simulated'],
): readonly string[] => {
  const { batch_id, status, reason, message, events } = detail;
  const told = explainDeployments([detail], { simulated, colours, batchId: batch_id, command });
  const mark = isSimulated(simulated, detail.cluster);
  return [
    `${colours.bold(detail.key)} ${askedFor(detail, detail.docker_image_version)} in ${detail.environment_id}, on ${detail.cluster ?? detail.infrastructure_id}${mark ? ' (simulated)' : ''}, of batch ${batch_id}`,
    `${paintStatus(status, colours)} / ${reason}: ${printable(message)}`,
    ...told,
    ...(detail.has_earlier_events ? ['What happened to it at last:'] : ['What happened to it:']),
    ...(events.length === 0 ? ['  nothing yet'] : []),
    ...events.map((event) => `  ${eventLine(event as EventView, mark, times)}`),
  ];
};
