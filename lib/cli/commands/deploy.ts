import { type Links, linksHeader } from '../../domain/batch/links.ts';
import { type CommandContext, readBatchFile } from '../command-context.ts';
import type { ExitStatus } from '../failure.ts';
import { linkWords } from '../link-option.ts';
import { type OneOptions, oneRequest, oneWords } from '../one-deployment.ts';
import { posting } from '../posting.ts';
import { sendBatch } from '../send-batch.ts';
import { withVersions } from '../set-versions.ts';
import { type Accepted, submitBatch } from '../submit-batch.ts';
import { type FollowOptions, followingOf, tellAccepted } from '../tell-accepted.ts';

export interface DeployOptions extends FollowOptions, OneOptions {
  readonly idempotencyKey?: string;
  readonly planHash?: string;
  readonly link?: Links;
}

/** Submits a batch, or one deployment without a file, and stays until it has ended when that is asked for. */
export const deploy = async (context: CommandContext, options: DeployOptions, what = ''): Promise<ExitStatus> => {
  followingOf(options);
  const { planHash, idempotencyKey, patience, link } = options;
  const one = oneRequest(what, options);
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
