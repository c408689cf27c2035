import type { BatchView } from '../../usecases/batch/read-batch.ts';
import type { Health } from '../../usecases/read-health.ts';
import type { RollbackPreview } from '../../usecases/undo/preview-rollback.ts';
import type { RollbackAccepted } from '../../usecases/undo/roll-back-batch.ts';
import type { TargetAccepted, TargetPreview } from '../../usecases/undo/roll-back-target.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { checkFollowing, follow, goingOn } from '../follow.ts';
import { meantBatch, wholeId } from '../meant-batch.ts';
import { posting } from '../posting.ts';
import { describeRollback } from '../rollback-lines.ts';
import { submitBatch } from '../submit-batch.ts';

export interface RollbackOptions {
  readonly only?: readonly string[];
  readonly force?: readonly string[];
  readonly reason?: string;
  readonly preview?: boolean;
  readonly environment?: string;
  readonly cluster?: string;
  readonly to?: string;
  readonly follow?: boolean;
  readonly timeout?: number;
  readonly patience?: number;
  readonly yes?: boolean;
  readonly idempotencyKey?: string;
}

/** Puts back what a batch changed, or one target by its key. A slash makes it a key. */
export const rollback = (context: CommandContext, options: RollbackOptions, named = ''): Promise<ExitStatus> => {
  checkFollowing(options.follow, { timeout: options.timeout });
  if (options.preview !== true && (options.reason ?? '').trim() === '') {
    throw wrongUse('Say why, for the record: --reason "…". To look first: --preview.');
  }
  return named.includes('/') ? backToRelease(context, options, named) : backFrom(context, options, named);
};

const wrongUse = (message: string): CommandFailure => new CommandFailure(exitStatus.usage, [message]);

const backFrom = async (context: CommandContext, options: RollbackOptions, named: string): Promise<ExitStatus> => {
  const { only, force, reason, yes } = options;
  const useless = (['environment', 'cluster', 'to'] as const).find((name) => options[name] !== undefined);
  if (useless !== undefined) throw wrongUse(`--${useless} is for one deployment, which is named pillar/service.`);
  if (options.idempotencyKey !== undefined) {
    throw wrongUse('--idempotency-key is for one deployment: of a batch there is one rollback at a time.');
  }
  const wished = { ...(only === undefined ? {} : { only }), ...(force === undefined ? {} : { force }) };
  if (options.preview) {
    const path = `/batches/${await wholeId(context.client, named)}/rollback/plan`;
    const preview = await context.client.ask<RollbackPreview>(path, posting(wished));
    print(context, preview, describeRollback(preview, context));
    return exitStatus.done;
  }
  const id = await meantBatch(context, { id: named, yes, question: 'Roll it back?', isPast: isBeingRolledBack });
  const accepted = await context.client.ask<RollbackAccepted>(
    `/batches/${id}/rollback`,
    posting({ ...wished, reason }),
  );
  return begun(context, options, accepted);
};

const isBeingRolledBack = ({ reason }: BatchView): boolean => reason === 'RollingBack';

const backToRelease = async (context: CommandContext, options: RollbackOptions, key: string): Promise<ExitStatus> => {
  const { environment, cluster, to, reason } = options;
  const useless = (['only', 'force'] as const).find((name) => options[name] !== undefined);
  if (useless !== undefined) throw wrongUse(`--${useless} is for a batch; ${printable(key)} is one deployment.`);
  if (environment === undefined) throw wrongUse('Name the environment: --environment uat.');
  const asked = {
    key,
    environment,
    ...(cluster === undefined ? {} : { cluster }),
    ...(to === undefined ? {} : { to }),
  };
  if (options.preview) {
    const preview = await context.client.ask<TargetPreview>('/targets/rollback/plan', posting(asked));
    const { target, from, to: version, verified_at, verified_by } = preview;
    const when = `verified there ${context.times.moment(verified_at)} by batch ${verified_by}`;
    print(context, preview, [`${target}: ${printable(from)} -> ${printable(version)}, ${when}.`]);
    return exitStatus.done;
  }
  const send = posting({ ...asked, reason });
  const { accepted } = await submitBatch<TargetAccepted>(context, {
    ...options,
    again: ['rollback', key, '--environment', environment, ...wordsOf(options)],
    send: ({ headers, ...more }) =>
      context.client.send('/targets/rollback', { ...send, ...more, headers: { ...send.headers, ...headers } }),
  });
  return begun(context, options, accepted);
};

const wordsOf = ({ cluster, to, reason }: RollbackOptions): readonly string[] =>
  Object.entries({ cluster, to, reason }).flatMap(([name, word]) => (word === undefined ? [] : [`--${name}`, word]));

const begun = async (
  context: CommandContext,
  options: RollbackOptions,
  accepted: RollbackAccepted | TargetAccepted,
): Promise<ExitStatus> => {
  const { batch_id: batchId, message } = accepted;
  // A waiting rollback has no batch yet, so --follow shows the original batch.
  const followed = 'state' in accepted && accepted.state === 'waits' ? accepted.rolls_back : batchId;
  print(context, accepted, [
    `Batch ${batchId}: ${printable(message)}`,
    ...(options.follow ? [] : [`Follow it with: ${context.command('status', followed, '--follow')}`]),
  ]);
  if (!options.follow) return exitStatus.done;
  const { simulated } = await context.client.ask<Health>('/health').catch((error: unknown) => {
    throw goingOn(context, followed, error);
  });
  return follow(context, { ...options, batchId: followed, simulated });
};
