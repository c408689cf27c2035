import { nearest } from '../../domain/batch/nearest.ts';
import { runsOnce } from '../../domain/deployment/next-step.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { isSameObject, placeOfTarget } from '../../domain/plan/lock-names.ts';
import { keys } from '../../domain/record/keys.ts';
import { type Release, rowOf } from '../../domain/record/rows.ts';
import { expectedOf } from '../../domain/targets/superseded.ts';
import { isSettled, type TargetRow } from '../../domain/targets/target-row.ts';
import { notConfigured } from '../../domain/undo/judge-target.ts';
import type { RollbackMember } from '../../domain/undo/plan-rollback.ts';
import { rollbackBatch, rollbackText } from '../../domain/undo/rollback-batch.ts';
import { acceptBatch, type ReadyBatch, type Sender } from '../batch/accept-batch.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import { batchLinks } from '../batch/read-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { findTargets, type NamedTarget } from '../targets/find-target.ts';

type Reading = Pick<Deps, 'table' | 'catalogue'> & AskedBy;
type Needs = Reading & Pick<Deps, 'documents' | 'workflow' | 'clock' | 'ids'>;

export interface TargetWished extends NamedTarget {
  /** A version that was verified there. Absent: the one before what runs. */
  readonly to?: string | undefined;
}

export interface TargetPreview {
  readonly target: string;
  /** What runs there, as far as known. */
  readonly from: string;
  readonly to: string;
  /** When it was verified there, and by which batch. */
  readonly verified_at: string;
  readonly verified_by: string;
}

export interface TargetAccepted {
  readonly batch_id: string;
  readonly target: string;
  readonly message: string;
  readonly links: Readonly<Record<string, string>>;
}

export interface TargetInput extends TargetWished, Sender {
  readonly reason: string;
}

/** What a rollback of one target would put back. Writes nothing. */
export const previewTarget = async (deps: Reading, wished: TargetWished): Promise<TargetPreview> => {
  const { now, release } = await choose(deps, wished);
  return {
    target: now.target,
    from: now.version ?? standsWithout(now),
    to: release.version,
    verified_at: isoTime(release.at),
    verified_by: release.batch_id,
  };
};

/**
 * Returns one target to its previous release, or to another one verified there, as a batch of its own. Uses the release
 * as it was planned.
 */
export const rollBackTarget = async (deps: Needs, input: TargetInput): Promise<TargetAccepted> => {
  let message: string | undefined;
  const { header } = await acceptBatch(deps, { ...input, body: bodyOf(input) }, async () => {
    const chosen = await choose(deps, input);
    const { target, version = standsWithout(chosen.now) } = chosen.now;
    message = `Puts version ${chosen.release.version} of ${target} back, in place of ${version}.`;
    return readyRollback(deps, input, chosen);
  });
  const { batch_id, origin, name } = header;
  return { batch_id, target: origin!.target!, message: message ?? name, links: batchLinks({ batch_id }) };
};

/** What there is instead of a version. */
const standsWithout = ({ state }: TargetRow): string => (state === 'deleted' ? 'deleted' : 'unknown');

/** What identifies a repeated request. Without it, a repeat after the rollback would put back what that took away. */
const bodyOf = ({ key, environment, cluster, to, reason }: TargetInput): string =>
  JSON.stringify(['rollback', key, environment, cluster, to, reason]);

const readyRollback = (
  deps: Pick<Needs, 'rights'>,
  { reason, ...wished }: TargetInput,
  { now, release }: Choice,
): ReadyBatch => {
  const { target, version: from = standsWithout(now) } = now;
  const place = placeOfTarget(target);
  if (!deps.rights.may('deploy', place)) {
    throw new FlotillaError('Forbidden', `No grant lets you deploy ${place.pillar} in ${place.environment}.`);
  }
  const member: RollbackMember = {
    ...{ key: wished.key, target, from, to: release, of: [], expects: expectedOf(now), waits_for: [] },
  };
  const members = [member];
  return {
    batch: rollbackBatch({ members }, { name: `${wished.key} in ${wished.environment} back to ${release.version}` }),
    text: rollbackText({ members }, { rolls_back: target, reason }),
    warnings: [],
    origin: { kind: 'rollback', target, reason },
  };
};

interface Choice {
  readonly now: TargetRow;
  readonly release: Release;
}

const choose = async (deps: Reading, wished: TargetWished): Promise<Choice> => {
  const now = await theTarget(deps, wished);
  if (now.state === 'unknown') {
    const message = `What batch ${now.batch_id} did to ${now.target} is UNKNOWN. Resolve it first: flotilla resolve ${now.batch_id} ${wished.key}.`;
    throw new FlotillaError('NotRolledBack', message, { target: now.target });
  }
  await checkNotGoingBack(deps, now);
  const release = chooseRelease(now, await readReleases(deps, now.target), wished.to);
  const why = await whyNever(deps, release);
  if (why === undefined) return { now, release };
  throw new FlotillaError('NotRolledBack', `${now.target} is not rolled back: ${why}`, { target: now.target });
};

/** Another rollback now would put back what this one is taking away. */
const checkNotGoingBack = async (deps: Reading, { state, batch_id, target }: TargetRow): Promise<void> => {
  const at = state === 'changing' ? await lookForBatch(deps, batch_id) : undefined;
  if (at?.origin?.target !== target) return;
  const message = `${target} is already being rolled back by batch ${batch_id}. Follow that one: flotilla status ${batch_id}.`;
  throw new FlotillaError('RollbackRuns', message, { batch_id, rollback: batch_id });
};

const whyNever = async (deps: Reading, { deployment }: Release): Promise<string | undefined> => {
  if (deployment.rollback_strategy === 'none')
    return 'its rollback_strategy is none. Deploy the version that you want.';
  if (runsOnce(deployment)) return 'it is a Job, and a finished Job is not run again.';
  return notConfigured(await deps.catalogue(), deployment);
};

/** The target that is meant. */
const theTarget = async (deps: Reading, { key, environment, cluster }: TargetWished): Promise<TargetRow> => {
  const found = await findTargets(deps, { key, environment, cluster });
  const [one, another] = found;
  if (one === undefined) throw await targetNotFound(deps, { key, environment, cluster });
  if (another === undefined) return one.now;
  const choices = found.map((each) => each.cluster);
  const message = `${key} in ${environment} runs on several clusters: ${choices.join(', ')}. Name one of them.`;
  throw new FlotillaError('RequestInvalid', message, { candidates: choices });
};

const targetNotFound = async (deps: Reading, { key, environment, cluster }: TargetWished): Promise<FlotillaError> => {
  const { environments, clusters } = await deps.catalogue();
  const hints = [
    hint(environment, Object.keys(environments ?? {})),
    ...(cluster === undefined ? [] : [hint(cluster, Object.keys(clusters))]),
  ];
  const on = cluster === undefined ? '' : ` on ${cluster}`;
  const message = `Nothing is recorded for ${key} in ${environment}${on}.${hints.join('')} GET /targets shows what there is.`;
  return new FlotillaError('TargetNotFound', message, { key });
};

const hint = (name: string, known: readonly string[]): string => {
  const near = known.includes(name) ? undefined : nearest(name, known);
  return near === undefined ? '' : ` Did you mean ${near}?`;
};

/** Nobody returns to an older release than these by its version. */
const mostReleases = 200;

/** Newest first. Only releases of the newest one's object. */
const readReleases = async ({ table }: Reading, target: string): Promise<readonly Release[]> => {
  const { pk } = keys.goodRelease(target);
  const { items } = await table.query({ pk, prefix: 'RELEASE#', limit: mostReleases, newestFirst: true });
  const releases = items.map((item) => rowOf<Release>(item)!);
  return releases.filter((one) => isSameObject(one.deployment, releases[0]!.deployment));
};

const chooseRelease = (now: TargetRow, releases: readonly Release[], to?: string): Release => {
  const { target, version } = now;
  const stands = isSettled(now) ? version : undefined;
  if (to !== undefined && to === stands) {
    throw new FlotillaError('NothingToRollBack', `Version ${to} already runs at ${target}.`, { target });
  }
  const release = releases.find((one) => (to === undefined ? one.version !== version : one.version === to));
  if (release !== undefined) return release;
  const versions = [...new Set(releases.map((one) => one.version))].filter((one) => one !== stands);
  const there = versions.length === 0 ? 'no other version was' : `these were: ${versions.slice(0, 20).join(', ')}`;
  const asked = to === undefined ? 'There is no release before' : `Version ${to} was never verified`;
  throw new FlotillaError('ReleaseNotFound', `${asked} at ${target}; ${there}.`, { target, candidates: versions });
};
