import type { Batch } from '../../domain/batch/batch.ts';
import { versionProblem } from '../../domain/batch/check-version.ts';
import { keyHint } from '../../domain/batch/key-hint.ts';
import { asKeys, keysCalled } from '../../domain/batch/keys-called.ts';
import { mostDependencies, writeBatch } from '../../domain/batch/write-batch.ts';
import { cut } from '../../domain/cut.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { type Acting, deploys } from '../../domain/plan/action.ts';
import { type HeaderRow, isSealed } from '../../domain/record/rows.ts';
import { isNotGood, type LeftOut, type RetryPlan, type Tried } from '../../domain/undo/plan-retry.ts';
import { type Retries, retriesAfter } from '../../domain/undo/retries.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { shownTo } from '../grants/sight.ts';
import { readManifests } from '../manifests/store-manifests.ts';
import { decideRetry, seenKeys } from './decide-retry.ts';
import { openRetryOf, readFamily } from './descendants.ts';
import { readTried, type TriedBatch } from './read-tried.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'catalogue'> & AskedBy;

/** What to retry, and how. */
export interface RetryRequest {
  readonly batchId: string;
  /** Keys. Absent: everything that is not good. */
  readonly only?: readonly string[] | undefined;
  /** Other versions, by key. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
  readonly reason?: string | undefined;
}

/** A retry that is ready to preview or accept. */
export interface PreparedRetry {
  readonly header: HeaderRow;
  readonly family: Retries;
  readonly batch: TriedBatch;
  readonly plan: RetryPlan;
  /** The retries whose results count. */
  readonly after: readonly string[];
  /** A file with everything that a file can say. */
  readonly text: string;
  /** Adds what a file cannot say. */
  readonly changed: (read: Batch) => Batch;
  /** About dependencies that no longer count, and about what is left out. */
  readonly warnings: readonly string[];
}

/** Reads and decides everything about a retry. Throws if it is not possible, or nothing would be retried. */
export const prepareRetry = async (deps: Needs, request: RetryRequest): Promise<PreparedRetry> => {
  const header = await findSeenBatch(deps, request.batchId);
  const family = await readFamily(deps, header);
  await checkPossible(deps, header, family);
  const batch = await readTried(deps, header, family);
  // A retry in the middle may be rolled back by itself.
  const rolling = batch.headers.find(({ rolling_back }) => rolling_back !== undefined);
  if (rolling !== undefined) throw isRolledBack(rolling);
  await checkKeys(deps, batch, request);
  const only = request.only === undefined ? undefined : asKeys(request.only, batch.named);
  const versions = versionsByKey(batch, request.versions, only);
  checkVersions(batch, versions, only);
  const plan = await shownTo(deps, await decideRetry(deps, batch, { only, versions }));
  if (plan.members.length === 0) throw nothingToRetry(header, plan.left);
  const after = retriesAfter(family, header.batch_id).map(({ batch_id }) => batch_id);
  const texts = await readManifests(
    deps,
    plan.members.map(({ deployment }) => deployment),
  );
  const { text, changed } = fileOf(header, plan, texts);
  return { header, family, batch, plan, after, text, changed, warnings: warningsOf(plan, after) };
};

const checkPossible = async (deps: Needs, header: HeaderRow, family: Retries): Promise<void> => {
  const { batch_id, origin } = header;
  if (origin?.kind === 'rollback') throw notARollback(header);
  if (origin?.kind === 'request') throw notARequest(header);
  if (!isSealed(header)) throw stillRuns(batch_id);
  if (header.ended_at === undefined) throw isRolledBack(header);
  const root = family.root === batch_id ? header : await findSeenBatch(deps, family.root);
  if (root.ended_at === undefined) throw isRolledBack(root);
  const open = await openRetryOf(deps, family);
  if (open === undefined) return;
  if (open.rolling_back !== undefined) throw isRolledBack(open);
  const message = `Batch ${open.batch_id} already retries it. Wait for its end, or cancel it: flotilla cancel ${open.batch_id}`;
  throw new FlotillaError('RetryRuns', message, { batch_id: open.batch_id });
};

const stillRuns = (batchId: string): FlotillaError => {
  const message = `Batch ${batchId} still runs. Wait for its end (flotilla status ${batchId} --follow), or cancel it: flotilla cancel ${batchId}`;
  return new FlotillaError('BatchStillRuns', message, { batch_id: batchId });
};

const isRolledBack = ({ batch_id, rolling_back }: HeaderRow): FlotillaError => {
  const by = rolling_back === undefined ? '' : ` by batch ${rolling_back}`;
  const message = `Batch ${batch_id} is being rolled back${by}. It can be retried when that has ended.`;
  return new FlotillaError('RollbackRuns', message, { batch_id: rolling_back ?? batch_id });
};

const notARollback = ({ batch_id, origin }: HeaderRow): FlotillaError => {
  const { of, target = '' } = origin!;
  const [environment = '', , ...key] = target.split('/');
  const command =
    of === undefined ? `flotilla rollback ${key.join('/')} --environment ${environment}` : `flotilla rollback ${of}`;
  const message = `Batch ${batch_id} is a rollback, and a rollback cannot be retried. Roll back what is not back yet: ${command}`;
  return new FlotillaError('StatusConflict', message, { batch_id });
};

/** Today's configuration may not be able to read it as a file, and it would lose its order among other requests. */
const notARequest = ({ batch_id, origin }: HeaderRow): FlotillaError => {
  const message = `Batch ${batch_id} is a deployment request. Retry the request: flotilla requests retry ${origin?.request}`;
  return new FlotillaError('StatusConflict', message, { batch_id });
};

/**
 * A version for a service applies to all its deployments that are retried, unless an exact key names another. If none
 * is, it applies to all, and `checkVersions` says why not.
 */
const versionsByKey = (
  { tried, named }: TriedBatch,
  versions: RetryRequest['versions'] = {},
  only: RetryRequest['only'] = [...named],
): ReadonlyMap<string, string> => {
  const asked = new Set(only);
  const retried = new Set(tried.flatMap(({ status, deployment: { key } }) => (isNotGood(status) ? [key] : [])));
  const keysOf = (name: string): readonly string[] => {
    const all = asKeys([name], named);
    const again = all.filter((key) => asked.has(key) && retried.has(key));
    return again.length === 0 ? all : again;
  };
  const [exact, others] = [true, false].map((is) => Object.entries(versions).filter(([key]) => named.has(key) === is));
  return new Map([
    ...others!.flatMap(([name, version]) => keysOf(name).map((key) => [key, version] as const)),
    ...exact!,
  ]);
};

/** Treats keys that the caller may not see as missing. */
const checkKeys = async (deps: Needs, batch: TriedBatch, { only = [], versions = {} }: RetryRequest): Promise<void> => {
  const sees = await seenKeys(deps, batch);
  const known = new Set([...batch.named].filter(sees));
  for (const key of [...only, ...Object.keys(versions)]) {
    if (keysCalled(key, known).length > 0) continue;
    throw unknownKey(key, [...known]);
  }
};

const unknownKey = (key: string, known: readonly string[]): FlotillaError => {
  const message = `The batch has no deployment ${cut(key, 128)}${keyHint(key, known)}.`;
  return new FlotillaError('DeploymentNotFound', message, { key });
};

const checkVersions = (
  { tried }: TriedBatch,
  versions: ReadonlyMap<string, string>,
  only: RetryRequest['only'],
): void => {
  const leftOut = only === undefined ? undefined : [...versions.keys()].find((key) => !only.includes(key));
  if (leftOut !== undefined) throw namedNowhere(leftOut);
  for (const one of tried) {
    const { key, docker_artifact_type } = one.deployment;
    const version = versions.get(key);
    if (version === undefined) continue;
    if (!isNotGood(one.status)) throw notTriedAgain(one);
    if (!deploys(one.deployment)) throw hasNoVersion(key, one.deployment.action);
    const problem = versionProblem(version, docker_artifact_type);
    if (problem === undefined) continue;
    const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
    throw new FlotillaError('RequestInvalid', `The version of ${key}: ${problem.message}${hint}.`, { key });
  }
};

const hasNoVersion = (key: string, action: Acting['action']): FlotillaError => {
  const message = `The ${action} of ${key} takes no version: it acts on what is deployed.`;
  return new FlotillaError('RequestInvalid', message, { key });
};

const namedNowhere = (key: string): FlotillaError => {
  const message = `${key} has another version, but is not among the deployments to retry. Add it to only, too (--only).`;
  return new FlotillaError('RequestInvalid', message, { key });
};

const notTriedAgain = ({ status, deployment: { key } }: Tried): FlotillaError =>
  new FlotillaError('StatusConflict', `${key} is ${status} and is not retried, so its version cannot change.`, {
    key,
    status,
  });

const nothingToRetry = ({ batch_id }: HeaderRow, left: readonly LeftOut[]): FlotillaError => {
  const why = left.length === 0 ? `Everything succeeded.` : cut(left.map(describeLeft).join(' '), 2000);
  return new FlotillaError('NothingToRetry', `Nothing in batch ${batch_id} is left to retry. ${why}`, {
    batch_id,
    left,
  });
};

const describeLeft = ({ key, reason, message }: LeftOut): string => `${key}: ${reason}. ${message}`;

const warningsOf = ({ left, warnings }: RetryPlan, after: readonly string[]): readonly string[] => [
  ...(after.length === 0
    ? []
    : [`It was already retried by ${after.join(', ')}. This retries what is still not good after that.`]),
  ...warnings,
  ...left.map((one) => `not retried: ${describeLeft(one)}`),
];

const longestName = 100;

const fileOf = (
  { batch_id, name, metadata = {}, strategy }: HeaderRow,
  { members }: RetryPlan,
  texts: ReadonlyMap<string, string>,
): Pick<PreparedRetry, 'text' | 'changed'> => {
  const { created: _, ...kept } = metadata;
  const names = new Set(members.map(({ deployment: { pillar, service_name } }) => `${pillar}/${service_name}`));
  const many = members.filter(({ deployment }) => deployment.dependencies.length > mostDependencies);
  const text = writeBatch({
    comments: [
      `What batch ${batch_id} has left to retry.`,
      ...(names.size < members.length ? ['Some services appear several times, each for its own infrastructures.'] : []),
      ...many.map(({ deployment: { key, dependencies } }) => `${key} depends on all of: ${dependencies.join(', ')}`),
    ],
    metadata: { name: retryName(name), ...kept },
    strategy: strategy!,
    deployments: members.map(({ deployment }) => deployment),
    texts,
  });
  return {
    text,
    changed: (read) => ({
      ...read,
      // By index: the text may have only one of a service on several infrastructures.
      deployments: read.deployments.map((one, place) => {
        const { key, replay, dependencies, manifests, health_check } = members[place]!.deployment;
        return { ...one, key, dependencies, replay, health_check, ...(manifests === undefined ? {} : { manifests }) };
      }),
    }),
  };
};

const prefix = 'Retry of ';

/** The retry of a retry is also named `Retry of` only once. */
const retryName = (name: string): string =>
  name.startsWith(prefix) ? name : `${prefix}${name}`.slice(0, longestName).toWellFormed();
