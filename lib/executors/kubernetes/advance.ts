import { isFlotillaError } from '../../domain/errors.ts';
import { type Advance, aborted, failed, firstEnd, isOpen } from './advance-result.ts';
import { applyAll, dryRunAll } from './apply.ts';
import { keepBefore } from './before.ts';
import { advanceDelete } from './delete-release.ts';
import { ofAttempt, removeHooks, runHooks } from './hooks.ts';
import { noteInventory } from './inventory.ts';
import { keepApplied, keepAppliedOnce } from './keep-applied.ts';
import { liveWarnings } from './live-rules.ts';
import { awaitOthers, type Memory } from './other-workloads.ts';
import { ensureNamespace } from './own-namespace.ts';
import { prune } from './prune.ts';
import { rightIn } from './refusals.ts';
import { withScaled } from './replicas.ts';
import { advanceScale, holdReplicas } from './scale-workload.ts';
import { isApplied, isOfAttempt, readStanding, refusalOf } from './standing.ts';
import { isStopped } from './stop-mark.ts';
import { findWanted } from './wanted.ts';
import type { Standing, Wanted, Work } from './work.ts';

/**
 * Takes an attempt as far as it comes now. What was done is read off the objects, so it does not matter who began it, how often this
 * is called, and by how many at once. Throws ClusterUnavailable where the cluster cannot be asked.
 */
export const advance = async (work: Work, memory: Memory): Promise<Advance> => {
  try {
    const { action } = work.request.deployment;
    if (action === 'delete') return await advanceDelete(work);
    if (action === 'scale') return await advanceScale(work);
    const wanted = await findWanted(work);
    return 'end' in wanted ? wanted.end : await advanceTo(work, wanted, memory);
  } catch (error) {
    const end = rightsFailure(error);
    if (end === undefined) throw error;
    return end;
  }
};

/** What may not be read; undefined for any other error. */
export const rightsFailure = (error: unknown): Advance | undefined => {
  if (!isFlotillaError(error, 'ClusterUnavailable') || error.details.status !== 403) return undefined;
  const right = rightIn(error.message);
  const told = right === undefined ? '' : ` The right that is missing: ${right}.`;
  const remedy = 'The role that gives it is printed by `flotilla cluster-role --executor kubernetes`.';
  return failed('RightsMissing', `${error.message}.${told} ${remedy}`);
};

const advanceTo = async (work: Work, wanted: Wanted, memory: Memory): Promise<Advance> => {
  const found = await readStanding(work, wanted.objects);
  work.touched ||= found.some(({ live }) => isOfAttempt(work.request, live));
  const refusal = refusalOf(work, found);
  if (refusal !== undefined) return refusal;
  const isDone = found.every(({ live }) => isApplied(work.request, live));
  const end = isDone ? undefined : await applyWanted(work, wanted, await withScaled(work, found));
  if (end !== undefined) return stoppedOr(work, wanted, end);
  const after = await firstEnd([
    () => holdReplicas(work),
    () => awaitOthers(work, wanted, memory),
    () => runHooks(work, wanted.after),
  ]);
  if (after !== undefined) return stoppedOr(work, wanted, after);
  if (isDone) await keepAppliedOnce(work, wanted, found);
  return {
    phase: 'succeeded',
    warnings: [...(await prune(work, wanted)), ...liveWarnings(work, found, wanted.isWhole)],
  };
};

const applyWanted = async (work: Work, wanted: Wanted, standing: readonly Standing[]): Promise<Advance | undefined> => {
  const isBegun = standing.some(({ live }) => isOfAttempt(work.request, live));
  if (!isBegun && (await isStopped(work))) return aborted;
  return firstEnd([
    ...(isBegun ? [] : [() => ensureNamespace(work), () => prepare(work, wanted, standing)]),
    () => dryRunAll(work, standing),
    () => keepBefore(work, standing),
    () => applyAll(work, standing),
    () => keepApplied(work, wanted, standing),
  ]);
};

/** A hook may change what no deployment takes back: what the server does not take is told before. */
const prepare = async (work: Work, wanted: Wanted, standing: readonly Standing[]): Promise<Advance | undefined> => {
  const hooks = [...wanted.before, ...wanted.after].map((hook) => ofAttempt(work.request, hook));
  const open = (await readStanding(work, hooks)).filter(({ live }) => !isOfAttempt(work.request, live));
  return firstEnd([
    () => (open.length === 0 ? Promise.resolve(undefined) : dryRunAll(work, [...standing, ...open])),
    async () => {
      await noteInventory(work, wanted);
      return undefined;
    },
    () => runHooks(work, wanted.before),
  ]);
};

/** What waits is not waited for any longer, once its end was asked for. */
const stoppedOr = async (work: Work, wanted: Wanted, end: Advance): Promise<Advance> => {
  if (isOpen(end) && !(await isStopped(work))) return end;
  if (end.phase === 'failed') return end;
  return (await removeHooks(work, [...wanted.before, ...wanted.after])) ?? aborted;
};
