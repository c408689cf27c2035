import { counted } from '../../domain/counted.ts';
import type { LeftOut } from '../../domain/undo/plan-retry.ts';
import type { RetryPreview } from '../../usecases/undo/preview-retry.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { meantBatch } from '../meant-batch.ts';
import { describePlan } from '../plan-lines.ts';
import { posting } from '../posting.ts';
import { type Accepted, submitBatch } from '../submit-batch.ts';
import { type FollowOptions, followingOf, tellAccepted } from '../tell-accepted.ts';
import { keysAndVersions } from '../versioned-key.ts';

export interface RetryOptions extends FollowOptions {
  readonly only?: readonly string[];
  /** `KEY=VERSION` each. */
  readonly with?: readonly string[];
  readonly reason?: string;
  readonly preview?: boolean;
  readonly yes?: boolean;
  readonly idempotencyKey?: string;
}

/** Retries what did not succeed in a batch, or shows what that would do. */
export const retry = async (context: CommandContext, options: RetryOptions, named = ''): Promise<ExitStatus> => {
  const { only, with: versions, reason, preview } = options;
  followingOf(options);
  const request = {
    ...(only === undefined ? {} : { only }),
    ...(versions === undefined ? {} : { with: Object.fromEntries(keysAndVersions(versions, '--with')) }),
    ...(reason === undefined ? {} : { reason }),
  };
  const question = 'Try again what is not good in it?';
  const id = await meantBatch(context, { id: named, yes: options.yes === true || preview === true, question });
  const path = `/batches/${encodeURIComponent(id)}/retry`;
  const send = posting(request);
  if (preview) return tellPreview(context, await context.client.ask<RetryPreview>(`${path}/plan`, send));
  const submitted = await submitBatch(context, {
    ...options,
    again: ['retry', id, ...wordsOf(options)],
    send: ({ headers: more, ...rest }) =>
      context.client.send<Accepted>(path, { ...send, ...rest, headers: { ...send.headers, ...more } }),
  });
  return tellAccepted(context, options, submitted);
};

const wordsOf = ({ only = [], with: versions = [], reason }: RetryOptions): readonly string[] => [
  ...(only.length === 0 ? [] : ['--only', ...only]),
  ...(versions.length === 0 ? [] : ['--with', ...versions]),
  ...(reason === undefined ? [] : ['--reason', reason]),
];

const tellPreview = (context: CommandContext, preview: RetryPreview): ExitStatus => {
  const { of, after, members, left, plan } = preview;
  print(context, preview, [
    `Of batch ${of}${after.length === 0 ? '' : `, as it stands after ${after.join(', ')}`}, ${counted(members.length, 'deployment')} would be tried again:`,
    ...members.map(({ key, version, status, reason }) => `  ${key} ${printable(version)} (${status} / ${reason})`),
    ...(left.length === 0 ? [] : [`${counted(left.length, 'deployment')} would be left:`, ...left.map(leftLine)]),
    ...describePlan({ planned_by: { by: 'server', url: context.client.url }, ...plan }, context),
  ]);
  return exitStatus.done;
};

const leftLine = ({ key, reason, message }: LeftOut): string => `  ${key}: ${reason}. ${printable(message)}`;
