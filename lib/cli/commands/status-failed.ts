import { listed } from '../../domain/batch/findings.ts';
import { counted } from '../../domain/counted.ts';
import { isTerminal } from '../../domain/deployment/status.ts';
import { needsAnotherVersion } from '../../domain/rollout/remedy.ts';
import type { BatchView } from '../../usecases/batch/read-batch.ts';
import type { DeploymentView } from '../../usecases/deployment/deployment-view.ts';
import { type CommandContext, print } from '../command-context.ts';
import { endStatus } from '../end-status.ts';
import { explainDeployments, resolveCommand } from '../explain.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { filtersTold, type Given, queryOf } from '../list-filters.ts';
import { readDeployments } from '../read-deployments.ts';
import type { Simulated } from '../simulation.ts';
import { batchLines } from '../status-lines.ts';

/** Options that --failed implies. */
const unfitNames = ['status', 'sort', 'at', 'follow'] as const;

interface FailedOptions {
  readonly given: Given;
  readonly simulated: Simulated;
}

/** What failed, for --json: with the keys that it holds back and the next command. */
interface Failed extends DeploymentView {
  readonly held_back: readonly string[];
  readonly next: string;
}

export const checkFailedOptions = (options: Readonly<Record<string, unknown>>): void => {
  const unfit = unfitNames.filter((name) => options[name] !== undefined);
  if (unfit.length === 0) return;
  const names = unfit.map((name) => `--${name}`);
  throw new CommandFailure(exitStatus.usage, [
    `--failed shows what failed or is unknown by now: leave out ${listed(names)}.`,
  ]);
};

/** Shows what failed or is UNKNOWN, each with what it holds back and what to do next. */
export const statusFailed = async (
  context: CommandContext,
  batch: BatchView,
  { given, simulated }: FailedOptions,
): Promise<ExitStatus> => {
  const { client, terminal } = context;
  const read = (status: string, more: Given): Promise<readonly DeploymentView[]> =>
    readDeployments(client, batch.batch_id, { query: queryOf(context, { ...more, status }) });
  const failed = [...(await read('failed', given)), ...(await read('unknown', given))];
  // What they hold back may be in any state.
  const skipped = await read('skipped', {});
  const heldBack = Map.groupBy(skipped, ({ root, key }) => root?.key ?? key);
  const told = failed.map((one): Failed => {
    const held_back = (heldBack.get(one.key) ?? []).map(({ key }) => key);
    return { ...one, held_back, next: nextCommand(context, batch, { ...one, held_back }) };
  });
  const known = new Set(failed.map(({ key }) => key));
  const others = Object.keys(given).some((name) => given[name] !== undefined)
    ? []
    : skipped.filter(({ root }) => root === undefined || !known.has(root.key));
  const telling = { simulated, colours: terminal.colours };
  print(context, { ...batch, simulated, failed: told, skipped: others }, [
    ...batchLines(batch, terminal.colours, context.times).slice(0, 2),
    ...(told.length === 0 ? [nothingFailed(batch, given)] : []),
    ...told.flatMap((one) => [
      ...explainDeployments([one], telling),
      ...(one.held_back.length === 0
        ? []
        : [`  holds back ${counted(one.held_back.length, 'deployment')}: ${listed(one.held_back, mostNamed)}`]),
      `  next: ${one.next}`,
    ]),
    ...explainDeployments(others, telling),
  ]);
  return endStatus(batch);
};

/** The most keys shown beside a failure, or in its next command. */
const mostNamed = 10;

const nothingFailed = ({ total }: BatchView, given: Given): string => {
  const filters = filtersTold(given);
  return `Nothing has failed of ${counted(total, 'deployment')}${filters === '' ? '' : ` that fits ${filters}`}.`;
};

/** A retry is possible only once the batch has ended. It includes what the failure holds back. */
const nextCommand = ({ command }: CommandContext, batch: BatchView, one: Omit<Failed, 'next'>): string => {
  const { batch_id } = batch;
  const { key, status, held_back, reason, failure, action } = one;
  if (status === 'UNKNOWN') return `${resolveCommand(command, [batch_id, key])}  (or --status FAILED)`;
  if (!isTerminal(batch.status)) return command('logs', batch_id, key);
  if (action === undefined && needsAnotherVersion(failure?.reason ?? reason))
    return command('retry', batch_id, '--with', `${key}=VERSION`);
  return held_back.length > mostNamed
    ? command('retry', batch_id)
    : command('retry', batch_id, '--only', key, ...held_back);
};
