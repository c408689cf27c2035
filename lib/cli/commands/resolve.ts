import { serviceKey } from '../../domain/batch/keys-called.ts';
import { nearOnes } from '../../domain/batch/nearest.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { type MeantOptions, meantBatch } from '../meant-batch.ts';
import { readDeployments } from '../read-deployments.ts';
import { resolveAll } from '../resolve-all.ts';
import { sendResolution } from '../send-resolution.ts';

export interface ResolveOptions extends MeantOptions {
  readonly status?: string;
  readonly reason?: string;
  readonly all?: boolean;
}

/** Resolves one UNKNOWN deployment, or all of a batch. */
export const resolve = async (
  context: CommandContext,
  options: ResolveOptions,
  named = '',
  key = '',
): Promise<ExitStatus> => {
  if (options.all) return resolveAll(context, { ...options, named, key });
  const { status, reason, yes } = options;
  if (key === '' || status === undefined || reason === undefined) throw new CommandFailure(exitStatus.usage, [needed]);
  const id = await meantBatch(context, { id: named, yes, question: `Say that ${key} is ${status} there?` });
  const view = await sendResolution(context.client, { id, key, status, reason }).catch(async (error: unknown) => {
    throw isUnknownKey(error) ? await withHint(error, context.client, { id, key }) : error;
  });
  print(context, view, [`${view.key} is ${view.status} now, resolved by ${view.resolved_by}.`]);
  return exitStatus.done;
};

const needed = 'Name the deployment, --status and --reason; or give --all, for proposals from what the clusters show.';

const isUnknownKey = (error: unknown): error is CommandFailure =>
  error instanceof CommandFailure && 'code' in error.problem && error.problem.code === 'DeploymentNotFound';

/** The same with similar keys, if there are any and they can be read. */
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

/** The keys that end in this one without its first part, else the nearest ones. */
const keysMeant = (key: string, keys: readonly string[]): readonly string[] => {
  const ending = keys.filter((one) => one.endsWith(`/${key}`) || serviceKey(one) === key);
  if (ending.length > 0) return ending;
  const near = nearOnes(key, keys, (one) => (key.includes('/') ? one : one.slice(one.lastIndexOf('/') + 1)));
  return near.filter(({ distance }) => distance === near[0]!.distance).map(({ candidate }) => candidate);
};
