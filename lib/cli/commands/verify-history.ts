import { checkReplay, checkSteps } from '../../domain/record/check-replay.ts';
import type { BatchView } from '../../usecases/batch/read-batch.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { wholeId } from '../meant-batch.ts';
import { readDeployments } from '../read-deployments.ts';
import { readEventsOf } from '../read-record.ts';
import { isWell, type VerifyOptions, verifiedLines, verifyRecord } from './verify.ts';

/**
 * Does what `verify` does for one batch, and checks its history: each change begins where the one before it ended, and
 * the feed leads to the server's current state. Exit status 1 if something does not match.
 */
export const verifyHistory = async (
  context: CommandContext,
  options: VerifyOptions,
  named = '',
): Promise<ExitStatus> => {
  const batchId = await wholeId(context.client, named);
  const verified = await verifyRecord(context, options, batchId);
  const replayed = await checkHistory(context, batchId);
  const findings = [...verified.findings, ...replayed.findings];
  const told = { ...verified, history: { events: replayed.events, ended: replayed.ended }, findings };
  print(context, told, [...verifiedLines(told, options), ...replayedLines(replayed)]);
  return isWell(told) ? exitStatus.done : exitStatus.failed;
};

const checkHistory = async ({ client }: CommandContext, batchId: string) => {
  const batch = await client.ask<BatchView>(`/batches/${encodeURIComponent(batchId)}`);
  const deployments = await readDeployments(client, batchId);
  const events = await readEventsOf(client, batchId);
  const ended = batch.ended_at !== undefined;
  // What was still moving has continued since it was read.
  const led = ended ? checkReplay({ ...batch, deployments }, events) : [];
  return { events: events.length, ended, findings: [...checkSteps(batchId, events), ...led] };
};

const replayedLines = ({ events, ended, findings }: Awaited<ReturnType<typeof checkHistory>>): readonly string[] =>
  findings.length > 0
    ? []
    : [
        ended
          ? `Replayed: ${events} events lead, step by step, to the current state of the batch and each deployment.`
          : `Replayed: ${events} events follow from each other; the batch is still at work.`,
      ];
