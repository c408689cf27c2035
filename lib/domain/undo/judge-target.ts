import { executorAccount } from '../budget/request-limit.ts';
import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import { clusterOfAccount } from '../catalogue/executor-accounts.ts';
import { runsOnce } from '../deployment/next-step.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { Expected } from '../plan/plan.ts';
import type { Release } from '../record/rows.ts';
import { expectedOf } from '../targets/superseded.ts';
import type { Standing, TargetRow } from '../targets/target-row.ts';
import type { Done } from './done.ts';
import type { LeftReason } from './left.ts';

/** What may go back at one target. */
export interface Undoing {
  /** The release to restore. */
  readonly to: Release;
  /** The deployments that it takes back, first to last. */
  readonly of: readonly Done[];
  /** Who must have changed the target last when it starts. */
  readonly expects?: Expected;
}

export interface Kept {
  readonly reason: LeftReason;
  readonly message: string;
}

export interface TargetToJudge {
  /** What the batch and its retries did there, in order; at least one entry. */
  readonly done: readonly Done[];
  /** Who changed it last, as far as recorded. */
  readonly now: TargetRow | undefined;
  /** The batches whose changes are undone, and their earlier rollbacks. */
  readonly ours: ReadonlySet<string>;
  readonly catalogue: Catalogue;
}

/**
 * What can be taken back at a target, or why nothing can. Its last change decides: first who made it, then whether
 * there is a way back.
 */
export const judgeTarget = (asked: TargetToJudge): Undoing | Kept => {
  const { done, now, ours } = asked;
  const changed = done.filter(({ effect }) => effect === 'changed');
  const [first, last] = [changed[0], changed.at(-1)];
  const unsettled = done.find(({ effect }) => effect === 'unknown' || effect === 'open');
  if (unsettled !== undefined) return unsettledOf(unsettled);
  if (first === undefined || last === undefined) return unchangedOf(done);
  const later = done.slice(done.indexOf(last) + 1).find(isRestoredOrReplaced);
  if (later?.effect === 'replaced') return replaced;
  if (later !== undefined && later.previous?.version === first.previous?.version) return restored(later);
  const standing = standingOf(now, ours);
  if (now !== undefined && (standing === undefined || !ours.has(standing.batch_id))) return superseded(now);
  if (standing?.adopted !== undefined) return adoptedSince(standing);
  return wayBack(asked, { first, last, changed, standing });
};

const isRestoredOrReplaced = ({ effect }: Done): boolean => effect === 'restored' || effect === 'replaced';

/** Somebody else's deployment in progress there may still change nothing: what was there before it counts. */
const standingOf = (now: TargetRow | undefined, ours: ReadonlySet<string>): Standing | undefined =>
  now?.state === 'changing' && !ours.has(now.batch_id) ? now.before : now;

interface Chain {
  readonly first: Done;
  readonly last: Done;
  readonly changed: readonly Done[];
  readonly standing: Standing | undefined;
}

const wayBack = ({ catalogue }: TargetToJudge, { first, last, changed, standing }: Chain): Undoing | Kept => {
  const elsewhere = changed.find(({ target }) => target !== first.target);
  if (elsewhere !== undefined) {
    const message = `Batch ${elsewhere.batch_id} tried it again at another target, ${elsewhere.target}: roll that batch back by itself.`;
    return { reason: 'NotConfigured', message };
  }
  if (last.never) return { reason: 'StrategyNone', message: 'Its rollback_strategy is none.' };
  if (last.once || (first.previous !== undefined && runsOnce(first.previous.deployment))) {
    return {
      reason: 'JobNotRunAgain',
      message: 'It is a Job: jobs run once, and the previous one is not run again.',
    };
  }
  if (first.previous === undefined) return withoutWayBack(first);
  const missing = notConfigured(catalogue, first.previous.deployment);
  if (missing !== undefined) return { reason: 'NotConfigured', message: missing };
  const expects = standing === undefined ? {} : { expects: expectedOf(standing) };
  return { to: first.previous, of: changed, ...expects };
};

const withoutWayBack = ({ same, version }: Done): Kept =>
  same
    ? { reason: 'NothingChanged', message: `Version ${version} was already running there.` }
    : { reason: 'NoPreviousVersion', message: 'There is no known good previous release.' };

const unsettledOf = ({ effect, batch_id, key }: Done): Kept =>
  effect === 'open'
    ? { reason: 'StillRuns', message: 'It has not ended yet.' }
    : {
        reason: 'OutcomeUnknown',
        message: `Its outcome is not known. Resolve it first: flotilla resolve ${batch_id} ${key}.`,
      };

const replaced: Kept = {
  reason: 'Superseded',
  message: 'What runs there is neither what the batch deployed nor what was there before: somebody else set it.',
};

const unchangedOf = (done: readonly Done[]): Kept => {
  const last = done.findLast(({ effect }) => effect !== 'nothing');
  if (last === undefined) return { reason: 'NothingChanged', message: 'It has changed nothing.' };
  return last.effect === 'replaced' ? replaced : restored(last);
};

const restored = ({ returned_by: by }: Done): Kept => ({
  reason: 'AlreadyRestored',
  message: by === undefined ? 'The previous release was restored when it failed.' : `Batch ${by} has rolled it back.`,
});

const superseded = ({ batch_id, state, version }: TargetRow): Kept => {
  const what = version === undefined ? '' : `: version ${version}`;
  const message =
    state === 'changing'
      ? `Batch ${batch_id} is deploying there${what}.`
      : `Batch ${batch_id} has changed it since${what}.`;
  return { reason: 'Superseded', message };
};

/** A person has looked at what others changed, and accepted it. */
const adoptedSince = ({ version, state, adopted }: Standing): Kept => {
  const what = state === 'deleted' || version === undefined ? '' : ` (version ${version})`;
  const by = adopted?.by === undefined ? '' : ` by ${adopted.by}`;
  const message = `Somebody has changed it since${what}, and that was adopted${by}. To take that back too, roll this target back alone.`;
  return { reason: 'Superseded', message };
};

/** It is replayed as planned then, but only if it could be planned today. */
export const notConfigured = (
  catalogue: Catalogue,
  { environment_id, cluster, infrastructure_id, executor }: KeptDeployment,
): string | undefined => {
  const { environments, clusters } = catalogue;
  if (environments !== undefined && entryOf(environments, environment_id) === undefined) {
    return `The configuration no longer has the environment ${environment_id}.`;
  }
  const allowed = entryOf(environments, environment_id)?.infrastructures;
  if (allowed !== undefined && !allowed.includes(infrastructure_id)) {
    return `Environment ${environment_id} may no longer run on ${infrastructure_id}.`;
  }
  if (entryOf(clusters, cluster) === undefined) return `The configuration no longer has the cluster ${cluster}.`;
  const isThere = clusterOfAccount(executor.account) !== undefined || isHarness(catalogue, executor.account);
  return isThere
    ? undefined
    : `It was deployed by the account ${executor.account}, which the configuration no longer has.`;
};

const isHarness = ({ harness }: Catalogue, account: string): boolean =>
  harness !== undefined && account === executorAccount(harness);
