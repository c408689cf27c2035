import { isTerminal } from '../../../lib/domain/deployment/status.ts';
import { isFlotillaError } from '../../../lib/domain/errors.ts';
import type { AskedHold } from '../../../lib/domain/holds/check-hold.ts';
import type { Hold } from '../../../lib/domain/holds/hold.ts';
import { cancelBatch } from '../../../lib/usecases/batch/cancel-batch.ts';
import { submitBatch } from '../../../lib/usecases/batch/submit-batch.ts';
import { resolveDeployment } from '../../../lib/usecases/deployment/resolve-deployment.ts';
import { listHolds } from '../../../lib/usecases/holds/list-holds.ts';
import { resumeHold } from '../../../lib/usecases/holds/resume-hold.ts';
import { setHold } from '../../../lib/usecases/holds/set-hold.ts';
import { retryBatch } from '../../../lib/usecases/undo/retry-batch.ts';
import { rollBackBatch } from '../../../lib/usecases/undo/roll-back-batch.ts';
import { rollBackTarget } from '../../../lib/usecases/undo/roll-back-target.ts';
import { batchText } from '../../workflow/batch-text.ts';
import { childrenOf, itemsOf } from '../../workflow/report.ts';
import { listed } from '../../workflow/rollback-world.ts';
import type { Run } from '../../workflow/scripted-executor.ts';
import type { World } from '../../workflow/world.ts';
import type { Deed } from './draw-acts.ts';
import { isOrdered, killFunction } from './strike.ts';

/** What was done, as far as the judgement of the end depends on it. */
export interface Doings {
  /** When somebody else changed a service. */
  readonly hotfixes: { readonly service: string; readonly at: number }[];
  /** Rollbacks that were requested with these names. */
  readonly wishes: Map<string, { readonly only?: readonly string[]; readonly force?: readonly string[] }>;
  readonly holds: Map<string, Pick<Hold, 'scope' | 'rollbacks'>>;
  /** Requests that were refused, by the name of the error. */
  readonly refusals: string[];
  /** Milliseconds by which the clock was moved in total, as a distance. */
  jumped: number;
}

interface Scene {
  readonly world: World;
  readonly doings: Doings;
}

type Doing<Kind extends Deed['do']> = (scene: Scene, deed: Extract<Deed, { do: Kind }>) => Promise<void> | void;

/** What the API may answer to a request that is not possible now. */
const mayBeRefused: ReadonlySet<string> = new Set([
  ...['StatusConflict', 'BatchStillRuns', 'RollbackRuns', 'RetryRuns', 'NothingToRollBack', 'NothingToRetry'],
  ...[
    'NotRolledBack',
    'DeploymentNotFound',
    'HoldNotFound',
    'RequestInvalid',
    'TargetNotFound',
    'ReleaseNotFound',
    'BatchInvalid',
  ],
]);

/** Acts as the deed's user. Records a refusal, and throws any other failure. */
export const doDeed = async (scene: Scene, deed: Deed): Promise<void> => {
  try {
    await (doings[deed.do] as Doing<Deed['do']>)(scene, deed as never);
  } catch (error) {
    if (isOrdered(error)) return;
    if (!isFlotillaError(error) || !mayBeRefused.has(error.name)) throw error;
    scene.doings.refusals.push(`${deed.do}: ${error.name}`);
  }
};

/** The batch at this place, counted round. */
const batchAt = async (world: World, place: number): Promise<string> => {
  const batches = await batchesOf(world);
  return batches[place % batches.length]!;
};

/** In the order in which they were made. */
export const batchesOf = async (world: World): Promise<readonly string[]> =>
  (await listed(world))
    .toSorted((a, b) => a.created_at - b.created_at || (a.batch_id < b.batch_id ? -1 : 1))
    .map(({ batch_id }) => batch_id);

const actor = 'ada';

const doings: { readonly [Kind in Deed['do']]: Doing<Kind> } = {
  pause: (scene, { scope, for: length, rollbacks }) => pause(scene, { scope, for: length, rollbacks, reason: 'wait' }),
  'pause-batch': async (scene, { batch, for: length, rollbacks }) =>
    pause(scene, { scope: { batch: await batchAt(scene.world, batch) }, for: length, rollbacks, reason: 'wait' }),
  resume: async ({ world }, { hold }) => {
    const holds = (await listHolds(world.deps)).filter(({ kind }) => kind === 'pause');
    if (holds.length > 0) await resumeHold(world.deps, { id: holds[hold % holds.length]!.id });
  },
  rollback: async ({ world, doings: done }, { batch, only, force }) => {
    const batchId = await batchAt(world, batch);
    const accepted = await rollBackBatch(world.deps, { batchId, reason: 'it went wrong', actor, only, force });
    done.wishes.set(accepted.batch_id, { ...(only ? { only } : {}), ...(force ? { force } : {}) });
  },
  retry: async ({ world }, { batch, versions }) => {
    await retryBatch(world.deps, { batchId: await batchAt(world, batch), versions, actor });
  },
  submit: async ({ world }, { services, on_failure }) => {
    await submitBatch(world.deps, { text: batchText(services, { on_failure }), actor });
  },
  cancel: async ({ world }, { batch }) => {
    await cancelBatch(world.deps, { batchId: await batchAt(world, batch), actor });
  },
  resolve: async ({ world }, { batch }) => {
    await resolveUnknown(world, await batchAt(world, batch));
  },
  'target-back': async ({ world }, { key, environment, to }) => {
    await rollBackTarget(world.deps, { key, environment, to, reason: 'it went wrong', actor });
  },
  hotfix: ({ world, doings: done }, { service }) => {
    world.cluster.set(service, '1.9.9-hotfix', 'good');
    done.hotfixes.push({ service, at: world.clock.now() });
  },
  'executor-away': ({ world }, { seconds }) => {
    world.executor.isAway = true;
    world.clock.setTimer(world.clock.now() + seconds * 1_000, () => {
      world.executor.isAway = false;
    });
  },
  'cluster-away': ({ world }, { seconds }) => {
    const now = world.clock.now();
    world.cluster.away = { from: now, until: now + seconds * 1_000 };
  },
  stop: async ({ world }, { batch, child, redrive }) => {
    const batchId = await batchAt(world, batch);
    const arn = child === undefined ? world.batchArn(batchId) : await childArn(world, batchId, child);
    if (arn === undefined) return;
    const { status } = await world.engine.describeExecution({ executionArn: arn });
    if (status !== 'RUNNING') return;
    await world.engine.stopExecution({ executionArn: arn, cause: 'by the trial' });
    // A child is redriven by its Map only.
    if (redrive && child === undefined) await world.engine.redriveExecution({ executionArn: arn });
  },
  kill: ({ world }, { name, heard }) => killFunction(world, name, heard),
  clock: ({ world, doings: done }, { milliseconds }) => {
    world.clock.skip(milliseconds);
    done.jumped += Math.abs(milliseconds);
  },
  script: ({ world }, { name, script }) => {
    if (script === undefined) world.executor.scripts.delete(name);
    else world.executor.scripts.set(name, script);
  },
};

const pause = async ({ world, doings: done }: Scene, asked: AskedHold): Promise<void> => {
  const { id, scope, rollbacks } = await setHold(world.deps, asked);
  done.holds.set(id, { scope, rollbacks });
};

const childArn = async (world: World, batchId: string, index: number): Promise<string | undefined> => {
  const isThere = await world.engine.describeExecution({ executionArn: world.batchArn(batchId) }).then(
    () => true,
    () => false,
  );
  return isThere ? (await childrenOf(world, batchId)).get(index)?.at(-1) : undefined;
};

/**
 * Resolves the UNKNOWN deployments of a batch by what the cluster shows, once they are no longer at work. Returns their
 * number.
 */
export const resolveUnknown = async (world: World, batchId: string): Promise<number> => {
  let resolved = 0;
  for (const { key, index, status } of await itemsOf(world, batchId)) {
    if (!isTerminal(status) || status !== 'UNKNOWN' || isAtWork(world, `${batchId}-${index}-`)) continue;
    const run = world.executor.runs.findLast(({ request }) => request.key.startsWith(`${batchId}-${index}-`));
    const isGood = run !== undefined && !run.request.key.endsWith('-restore') && isDone(world, key.split('/')[1]!, run);
    await resolveDeployment(world.deps, {
      ...{ batchId, key, actor, reason: 'seen on the cluster' },
      status: isGood ? 'SUCCESS' : 'FAILED',
    });
    resolved += 1;
  }
  return resolved;
};

const isDone = ({ cluster }: World, service: string, { request }: Run): boolean => {
  const { action, replicas } = request.deployment;
  const stands = cluster.running(service);
  if (action === 'delete') return stands === undefined;
  return action === 'scale' ? cluster.replicas(service) === replicas : stands === request.version;
};

const isAtWork = (world: World, prefix: string): boolean =>
  world.executor.runs.some(
    ({ request, to, abortedAt }) =>
      request.key.startsWith(prefix) && Number.isFinite(to) && Math.min(to, abortedAt ?? to) > world.clock.now(),
  );
