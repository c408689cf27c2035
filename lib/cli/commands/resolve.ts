import { nearOnes } from '../../domain/batch/nearest.ts';
import type { DeploymentView } from '../../usecases/deployment/deployment-view.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { type MeantOptions, meantBatch } from '../meant-batch.ts';
import { readDeployments } from '../read-deployments.ts';

export interface ResolveOptions extends MeantOptions {
  readonly status: string;
  readonly reason: string;
}

/** Says what became of an UNKNOWN deployment. */
export const resolve = async (
  context: CommandContext,
  { status, reason, yes }: ResolveOptions,
  named = '',
  key = '',
): Promise<ExitStatus> => {
  const id = await meantBatch(context, { id: named, yes, question: `Say that ${key} is ${status} there?` });
  const path = `/batches/${encodeURIComponent(id)}/deployments/${key.split('/').map(encodeURIComponent).join('/')}/resolve`;
  const send = {
    method: 'POST',
    body: JSON.stringify({ status, reason }),
    headers: { 'content-type': 'application/json' },
  } as const;
  const view = await context.client.ask<DeploymentView>(path, send).catch(async (error: unknown) => {
    throw isUnknownKey(error) ? await withHint(error, context.client, { id, key }) : error;
  });
  print(context, view, [`${view.key} is ${view.status} now, resolved by ${view.resolved_by}.`]);
  return exitStatus.done;
};

const isUnknownKey = (error: unknown): error is CommandFailure =>
  error instanceof CommandFailure && 'code' in error.problem && error.problem.code === 'DeploymentNotFound';

/** The same with the keys that may have been meant, if any and if they can be read. */
const withHint = async (
  failure: CommandFailure,
  client: ApiClient,
  { id, key }: { readonly id: string; readonly key: string },
): Promise<CommandFailure> => {
  const deployments = await readDeployments(client, id).catch(() => []);
  const meant = keysMeant(
    key,
    deployments.map((deployment) => deployment.key),
  );
  if (meant.length === 0) return failure;
  return new CommandFailure(failure.status, [...failure.lines, `Did you mean ${meant.join(' or ')}?`], failure.problem);
};

/** Those that end in a key without its first part, else those that are nearest. */
const keysMeant = (key: string, keys: readonly string[]): readonly string[] => {
  const ending = keys.filter((one) => one.endsWith(`/${key}`));
  if (ending.length > 0) return ending;
  const near = nearOnes(key, keys, (one) => (key.includes('/') ? one : one.slice(one.lastIndexOf('/') + 1)));
  return near.filter(({ distance }) => distance === near[0]!.distance).map(({ candidate }) => candidate);
};
