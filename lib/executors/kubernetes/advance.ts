import { type Advance, aborted, failed, firstEnd, isOpen } from './advance-result.ts';
import { applyAll, dryRunAll } from './apply.ts';
import { awaitRollout, leaveRollout } from './await-rollout.ts';
import { keepBefore } from './before.ts';
import { advanceDelete } from './delete-release.ts';
import { ofAttempt, removeHooks, runHooks } from './hooks.ts';
import { noteInventory } from './inventory.ts';
import { keepApplied, keepAppliedOnce, takeAdopted } from './keep-applied.ts';
import { liveWarnings } from './live-rules.ts';
import { awaitOthers, type Memory } from './other-workloads.ts';
import { ensureNamespace } from './own-namespace.ts';
import { prune } from './prune.ts';
import { forbiddenBy, rightIn } from './refusals.ts';
import { withScaled } from './replicas.ts';
import { advanceScale, holdReplicas } from './scale-workload.ts';
import { isApplied, isOfAttempt, readStanding, refusalOf } from './standing.ts';
import { applyBySteps, type Stepping } from './steps/apply-by-steps.ts';
import { readBack } from './steps/back-mark.ts';
import { endInSteps } from './steps/end-in-steps.ts';
import { findSteps, mayStep, type Steps } from './steps/find-steps.ts';
import { finishBack } from './steps/go-back.ts';
import { retireFirst, retireLeft, studyWarnings } from './steps/retire-left.ts';
import { isStopped } from './stop-mark.ts';
import { findWanted } from './wanted.ts';
import type { Standing, Wanted, Work } from './work.ts';

/**
 * Takes an attempt as far as possible now. The objects show what was done, so it doesn't matter who began it, how often
 * this is called, or by how many at once. Throws ClusterUnavailable if the cluster cannot be asked.
 */
export const advance = async (work: Work, memory: Memory): Promise<Advance> => {
  const back = mayStep(work) ? await readBack(work) : undefined;
  return orRights(async () =>
    back === undefined ? endInSteps(work, await advanceAny(work, memory)) : finishBack(work, back),
  );
};

const advanceAny = (work: Work, memory: Memory): Promise<Advance> =>
  orRights(async () => {
    const { action } = work.request.deployment;
    if (action === 'delete') return await advanceDelete(work);
    if (action === 'scale') return await advanceScale(work);
    const leaving = await leaveRollout(work);
    if (leaving !== undefined) return leaving;
    const wanted = await findWanted(work);
    return 'end' in wanted ? wanted.end : await advanceTo(work, wanted, memory);
  });

const orRights = async (take: () => Promise<Advance>): Promise<Advance> => {
  try {
    return await take();
  } catch (error) {
    const end = rightsFailure(error);
    if (end === undefined) throw error;
    return end;
  }
};

/** The failure for a missing right to read; undefined for any other error. */
export const rightsFailure = (error: unknown): Advance | undefined => {
  const message = forbiddenBy(error);
  if (message === undefined) return undefined;
  const right = rightIn(message);
  const told = right === undefined ? '' : ` Missing right: ${right}.`;
  const remedy = '`flotilla cluster-role --executor kubernetes` prints the role that grants it.';
  return failed('RightsMissing', `${message}.${told} ${remedy}`);
};

const advanceTo = async (work: Work, wanted: Wanted, memory: Memory): Promise<Advance> => {
  const found = await readStanding(work, wanted.objects);
  work.touched ||= found.some(({ live }) => isOfAttempt(work.request, live));
  const refusal = refusalOf(work, found);
  if (refusal !== undefined) return stoppedOr(work, wanted, refusal);
  const steps = await findSteps(work, wanted, found);
  if (steps !== undefined && 'end' in steps) return steps.end;
  work.touched ||= isOfAttempt(work.request, steps?.live);
  const left = steps === undefined ? await retireFirst(work, found) : undefined;
  if (left !== undefined) return stoppedOr(work, wanted, left);
  const isDone = steps === undefined && found.every(({ live }) => isApplied(work.request, live));
  const end = isDone ? undefined : await applyWanted(work, wanted, { found, steps, memory });
  if (end !== undefined) return stoppedOr(work, wanted, end);
  const after = await firstEnd([
    () => holdReplicas(work),
    () => awaitOthers(work, wanted, memory),
    () => awaitRollout(work, wanted, memory),
    () => retireLeft(work),
    () => runHooks(work, wanted.after),
  ]);
  if (after !== undefined) return stoppedOr(work, wanted, after);
  if (isDone) await keepAppliedOnce(work, wanted, found);
  return {
    phase: 'succeeded',
    warnings: [
      ...(await prune(work, wanted)),
      ...liveWarnings(work, found, wanted.isWhole),
      ...(await studyWarnings(work)),
    ],
  };
};

interface Applying {
  readonly found: readonly Standing[];
  readonly steps: Steps | undefined;
  readonly memory: Memory;
}

const applyWanted = async (
  work: Work,
  wanted: Wanted,
  { found, steps, memory }: Applying,
): Promise<Advance | undefined> => {
  const standing = await withScaled(work, found);
  const isBegun = standing.some(({ live }) => isOfAttempt(work.request, live));
  const isAnyBegun = isBegun || isOfAttempt(work.request, steps?.live);
  if (!isAnyBegun && (await isStopped(work))) return aborted;
  const prepareAll: Stepping['prepare'] = (more = [], clean = []) => [
    ...(isAnyBegun ? [] : [() => ensureNamespace(work), () => prepare(work, wanted, [...standing, ...more])]),
    () => dryRunAll(work, [...standing, ...more]),
    ...clean,
    () => keepBefore(work, standing),
    () => takeAdopted(work),
  ];
  if (steps !== undefined) return applyBySteps(work, { steps, wanted, standing, memory, prepare: prepareAll });
  return firstEnd([...prepareAll(), () => applyAll(work, standing), () => keepApplied(work, wanted, standing)]);
};

/** Reports what the server refuses before any hook runs: a hook's changes may not be reversible. */
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

/** Whether it goes back since this look began. The next look then does not get here. */
const goesBack = async (work: Work): Promise<boolean> => mayStep(work) && (await readBack(work)) !== undefined;

/**
 * Once its end is requested, a waiting attempt stops waiting. A canary goes back first, and so does an Argo rollout.
 */
const stoppedOr = async (work: Work, wanted: Wanted, end: Advance): Promise<Advance> => {
  if (isOpen(end) && (!(await isStopped(work)) || (await goesBack(work)))) return end;
  if (end.phase === 'failed') return end;
  const leaving = await leaveRollout(work);
  if (leaving !== undefined) return leaving;
  const last = end.phase === 'aborted' ? end : aborted;
  const back = await endInSteps(work, last);
  if (back !== last) return back;
  return (await removeHooks(work, [...wanted.before, ...wanted.after])) ?? last;
};
