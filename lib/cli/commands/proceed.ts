import type { DeploymentView } from '../../usecases/deployment/deployment-view.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { type MeantOptions, meantBatch } from '../meant-batch.ts';
import { readDeployments } from '../read-deployments.ts';

export interface ProceedOptions extends MeantOptions {
  readonly all?: boolean;
}

/** Continues a deployment that waits for a person, or all of a batch that do. */
export const proceed = async (
  context: CommandContext,
  { all = false, yes }: ProceedOptions,
  named = '',
  key = '',
): Promise<ExitStatus> => {
  if (all === (key !== '')) throw new CommandFailure(exitStatus.usage, [needed]);
  const { client } = context;
  const what = all ? 'all that wait for a person' : key;
  const id = await meantBatch(context, { id: named, yes, question: `Let ${what} go on there?` });
  const keys = all ? await readWaiting(client, id) : [key];
  const views: DeploymentView[] = [];
  const over: string[] = [];
  for (const one of keys) {
    try {
      views.push(await sendProceed(client, id, one));
    } catch (error) {
      // With --all, a deployment that no longer waits does not stop the others.
      if (!all || !isNotWaiting(error)) throw error;
      over.push(one);
    }
  }
  const told = [...views.map((view) => `${view.key} goes on.`), ...over.map((one) => `${one} waits no more.`)];
  const [first = {}] = views;
  print(
    context,
    all ? { batch_id: id, proceeded: views.map((view) => view.key) } : first,
    told.length === 0 ? ['Nothing waits for a person there.'] : told,
  );
  return exitStatus.done;
};

const isNotWaiting = (error: unknown): boolean =>
  error instanceof CommandFailure && 'code' in error.problem && error.problem.code === 'NotWaiting';

const needed = 'Name the deployment that is to go on, or give --all for all of the batch that wait for a person.';

/** If Harness waits, people decide in Harness. */
const readWaiting = async (client: ApiClient, id: string): Promise<readonly string[]> => {
  const deployments = await readDeployments(client, id, { query: 'status=PROCESSING' });
  const waiting = deployments.filter(({ waiting_for = [] }) =>
    waiting_for.some((one) => one.kind === 'executor' && 'why' in one && one.why === 'proceed'),
  );
  return waiting.map(({ key }) => key);
};

const sendProceed = (client: ApiClient, id: string, key: string): Promise<DeploymentView> => {
  const path = key.split('/').map(encodeURIComponent).join('/');
  return client.ask(`/batches/${encodeURIComponent(id)}/deployments/${path}/proceed`, { method: 'POST' });
};
