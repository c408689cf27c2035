import { type Links, linksHeader } from '../../domain/batch/links.ts';
import { type CommandContext, readBatchFile } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { linkWords } from '../link-option.ts';
import { type OneOptions, type OneRequest, oneRequest, oneWords } from '../one-deployment.ts';
import { posting } from '../posting.ts';
import { sendBatch } from '../send-batch.ts';
import { withVersions } from '../set-versions.ts';
import { type Accepted, submitBatch } from '../submit-batch.ts';
import { type FollowOptions, followingOf, tellAccepted } from '../tell-accepted.ts';
import { isYes } from '../terminal.ts';

export interface DeployOptions extends FollowOptions, OneOptions {
  readonly idempotencyKey?: string;
  readonly planHash?: string;
  readonly link?: Links;
  readonly yes?: boolean;
}

/** Submits a batch, or one deployment without a file. Follows it to its end on request. */
export const deploy = async (context: CommandContext, options: DeployOptions, what = ''): Promise<ExitStatus> => {
  followingOf(options);
  const { planHash, idempotencyKey, patience, link } = options;
  const one = oneRequest(what, options);
  if (one?.action === 'delete') await askToDelete(context, one, options);
  const batch = one === undefined ? withVersions(await readBatchFile(context, what), options.set) : undefined;
  const own = {
    ...(planHash === undefined ? {} : { 'if-match': `"${planHash}"` }),
    ...(link === undefined ? {} : { [linksHeader]: JSON.stringify(link) }),
  };
  const submitted = await submitBatch(context, {
    ...{ idempotencyKey, patience },
    again: ['deploy', what, ...oneWords(options), ...linkWords(link)],
    send: ({ headers, ...rest }) => {
      const sent = { ...rest, headers: { ...headers, ...own } };
      if (batch !== undefined) return sendBatch<Accepted>(context.client, '/batches', batch, sent);
      const { headers: ofJson, ...post } = posting(one);
      const more = { ...sent.headers, ...ofJson };
      return context.client.send<Accepted>('/deployments', { ...sent, ...post, headers: more });
    },
  });
  return tellAccepted(context, options, submitted);
};

/** A deletion takes effect at once, so it asks a person. Where nobody can answer, `--yes` does. */
const askToDelete = async (
  { json, terminal }: CommandContext,
  { key, environment }: OneRequest,
  { yes }: DeployOptions,
): Promise<void> => {
  if (yes) return;
  const { ask } = terminal;
  if (json || ask === undefined) {
    const why = json ? '--json' : 'no terminal';
    throw new CommandFailure(exitStatus.usage, [
      `Cannot ask you (${why}). Add --yes to delete ${key} in ${environment}.`,
    ]);
  }
  if (isYes(await ask(`Delete ${key} in ${environment}, with all that was applied with it? [y/N] `))) return;
  throw new CommandFailure(exitStatus.refused, ['Nothing was deleted.']);
};
