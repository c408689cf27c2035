import type { Proposal, ResolutionPlan } from '../usecases/deployment/plan-resolution.ts';
import { printable } from './clean-text.ts';
import { type CommandContext, print } from './command-context.ts';
import { explainEvidence } from './explain.ts';
import { CommandFailure, type ExitStatus, exitStatus } from './failure.ts';
import { wholeId } from './meant-batch.ts';
import { sendResolution } from './send-resolution.ts';
import { isYes } from './terminal.ts';

export interface ResolveAllOptions {
  readonly named: string;
  readonly key: string;
  readonly status?: string;
  readonly reason?: string;
  readonly yes?: boolean | undefined;
}

/** The length limit of a reason. */
const longestReason = 1_000;

/**
 * Shows the proposal for each UNKNOWN deployment of a batch, asks about each, and resolves those agreed to. Skips
 * deployments without a proposal.
 */
export const resolveAll = async (context: CommandContext, options: ResolveAllOptions): Promise<ExitStatus> => {
  const { named, key, status, reason, yes } = options;
  if (key !== '' || status !== undefined) {
    throw new CommandFailure(exitStatus.usage, ['--all takes neither a deployment nor --status: it proposes them.']);
  }
  const { client, json, terminal } = context;
  if (!yes && (json || terminal.ask === undefined)) {
    const why = json ? '--json' : 'no terminal';
    throw new CommandFailure(exitStatus.usage, [`Cannot ask you (${why}). Add --yes to take all proposals.`]);
  }
  const id = await wholeId(client, named);
  const plan = await client.ask<ResolutionPlan>(`/batches/${encodeURIComponent(id)}/resolve/plan`, { method: 'POST' });
  const resolved: string[] = [];
  for (const proposal of plan.proposals) {
    if (!json) for (const line of linesOf(proposal)) terminal.out(line);
    if (proposal.status === undefined || !(yes || (await agrees(context, proposal)))) continue;
    const said =
      reason ?? `Seen on cluster ${proposal.cluster}: ${proposal.message}`.slice(0, longestReason).toWellFormed();
    await sendResolution(client, { id, key: proposal.key, status: proposal.status, reason: said });
    resolved.push(proposal.key);
  }
  const left = plan.proposals.length - resolved.length;
  const more = plan.more ? ' There are more: ask again.' : '';
  const end =
    plan.proposals.length === 0 ? 'Nothing is UNKNOWN there.' : `${resolved.length} resolved, ${left} left.${more}`;
  print(context, { ...plan, resolved }, [end]);
  return left > 0 || plan.more ? exitStatus.failed : exitStatus.done;
};

const agrees = async ({ terminal }: CommandContext, { key, status }: Proposal): Promise<boolean> =>
  isYes(await terminal.ask!(`Say that ${key} is ${status}? [y/N] `));

const linesOf = ({
  key,
  version,
  environment_id,
  cluster,
  status,
  message,
  evidence,
  url,
}: Proposal): readonly string[] => [
  `${key} ${version} in ${environment_id} on ${cluster}: ${status === undefined ? 'no proposal' : `proposed ${status}`}`,
  `  ${printable(message)}`,
  ...evidence.flatMap((one) => explainEvidence(one, message)),
  ...(url === undefined ? [] : [`  its run: ${printable(url)}`]),
];
