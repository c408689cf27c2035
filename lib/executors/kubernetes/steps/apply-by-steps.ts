import { kindOrder } from '../../../domain/manifests/kind-order.ts';
import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import { canaryMarks, canaryService, isOfSteps } from '../../../domain/strategy/canary-object.ts';
import { type Advance, failed, firstEnd, running } from '../advance-result.ts';
import { applyAll, applyOne, dryRunAll } from '../apply.ts';
import { readChecks } from '../checks.ts';
import { noteSteps } from '../inventory.ts';
import { keepApplied } from '../keep-applied.ts';
import type { Memory } from '../other-workloads.ts';
import { failureOf } from '../refusals.ts';
import { isApplied, isOfAttempt, isOfOwner, readStanding, refusalOf } from '../standing.ts';
import { marksOf } from '../wanted.ts';
import { placeless, type Standing, type Wanted, type WantedObject, type Work } from '../work.ts';
import { advanceSteps, canaryAt, canaryOf, goneOtherwise, judgeHealth, movingBy } from './advance-steps.ts';
import { impossible, type Steps } from './find-steps.ts';
import { goBack, retireCanaries, stoppedInSteps } from './go-back.ts';
import { selectingAt } from './select-later.ts';
import { readTraffic, titleOfTraffic } from './traffic.ts';

type Step = () => Promise<Advance | undefined>;

/** An attempt that takes steps, and everything it works with. */
export interface Stepping {
  readonly steps: Steps;
  readonly wanted: Wanted;
  readonly standing: readonly Standing[];
  readonly memory: Memory;
  /**
   * What comes before the first object is changed. `clean` runs when nothing is refused, before the current state is
   * recorded.
   */
  readonly prepare: (more?: readonly Standing[], clean?: readonly Step[]) => readonly Step[];
}

/**
 * Applies first what the workload needs, then the canary step by step, then the workload and everything after it.
 * Undefined when all is applied.
 */
export const applyBySteps = async (work: Work, stepping: Stepping): Promise<Advance | undefined> => {
  const { steps } = stepping;
  if (steps.isPromoted) return promote(work, stepping);
  const isBegun = isOfAttempt(work.request, steps.live);
  const begun = isBegun ? undefined : await begin(work, stepping);
  return (
    begun ??
    (await advanceSteps(work, isBegun ? steps : { ...steps, live: undefined }, stepping.memory)) ??
    promote(work, stepping)
  );
};

/** The canary's own objects as first made. */
export const ownObjects = (work: Work, steps: Steps): readonly WantedObject[] => {
  const { service, own, strategy } = steps;
  const marks = marksOf(work.request);
  const first = placeless(canaryAt(work, steps, { step: 0, isMoving: true }));
  if (service === undefined || own === undefined) return [first];
  return [placeless(canaryService(service.object, { strategy, own, marks })), first];
};

/** The canary's own names must be free, or ours. */
export const strangersIn = (work: Work, standing: readonly Standing[]): Advance | undefined => {
  const stranger = standing.find(
    ({ live }) => live !== undefined && !(isOfOwner(work.request, live) && isOfSteps(live)),
  );
  if (stranger === undefined) return undefined;
  const title = objectTitle(stranger.wanted.object);
  if (isOfOwner(work.request, stranger.live))
    return impossible(`${title} exists from an earlier release, and the steps need that name; delete it first`);
  return failed(
    'ObjectOfAnother',
    `${title} already exists and belongs to somebody else, and the steps need that name.`,
  );
};

const begin = async (work: Work, { steps, standing, prepare }: Stepping): Promise<Advance | undefined> => {
  const own = await readStanding(work, ownObjects(work, steps));
  const fresh = own.map((one) => ({ ...one, live: undefined }));
  const later = selectingAt('last', standing, steps.whole);
  const first = standing.filter((one) => comesBefore(one.wanted) && !later.includes(one));
  return firstEnd([
    async () => strangersIn(work, own) ?? refusalOf(work, own),
    ...prepare(own.every(({ live }) => live === undefined) ? own : [], [
      async () => {
        await noteSteps(work);
        return retireCanaries(work, { keep: false });
      },
    ]),
    () => applyAll(work, first),
    () => applyService(work, fresh),
  ]);
};

/** What others need from the workload, or it from others, must exist before the canary. */
const comesBefore = ({ object, isWorkload }: WantedObject): boolean =>
  isWorkload !== true && kindOrder(String(object.kind)) < kindOrder('Deployment');

/**
 * Objects not applied before the steps because they select none of the old version's pods. They come when the workload
 * runs.
 */
const isLater = (work: Work, { wanted, live }: Standing): boolean =>
  ['Service', 'NetworkPolicy'].includes(String(wanted.object.kind)) && !isApplied(work.request, live);

/** The canary's Service. The canary itself is the first step. */
const applyService = async (work: Work, own: readonly Standing[]): Promise<Advance | undefined> => {
  const service = own.find(({ wanted }) => wanted.object.kind === 'Service');
  if (service === undefined) return undefined;
  const [standing] = await readStanding(work, [service.wanted]);
  const end = await applyOne(work, standing!);
  return end === undefined ? undefined : 'why' in end ? failureOf([end]) : end;
};

/**
 * Applies the workload and everything after it while the traffic stays where it is. Then the traffic returns to it, and
 * the canary is removed.
 */
const promote = async (work: Work, { steps, wanted, standing, memory }: Stepping): Promise<Advance | undefined> => {
  const gone = await goneOtherwise(work);
  if (gone !== undefined) return gone;
  const isMoved = (one: Standing): boolean => one.wanted === steps.moved;
  const later = standing.filter((one) => isLater(work, one) && !isMoved(one));
  const all = standing.filter((one) => !isMoved(one) && !later.includes(one));
  const end = await firstEnd([
    () => (steps.isPromoted ? Promise.resolve(undefined) : dryRunAll(work, standing)),
    () => applyAll(work, all),
    () => judgeCanary(work, steps, memory),
    () => awaitWorkload(work, steps, memory),
    () => applyAll(work, later),
    () => giveBack(work, steps),
    () => retireCanaries(work, { keep: false }),
    async () => keepApplied(work, wanted, await readStanding(work, wanted.objects)),
  ]);
  if (end?.phase === 'aborted') return goBack(work, stoppedInSteps);
  return end?.phase === 'failed' ? goBack(work, { phase: 'failed', ...end.failure }) : end;
};

/** As long as it has traffic. */
const judgeCanary = async (work: Work, steps: Steps, memory: Memory): Promise<Advance | undefined> => {
  const { strategy, live } = steps;
  const since = live === undefined ? undefined : canaryMarks(live)?.since;
  if (since === undefined || (await readTraffic(work, movingBy(steps)))?.seen.share === 0) return undefined;
  const checks = await readChecks(work, strategy, since);
  const told = 'The new version was healthy as a canary but not while the workload got it';
  if (checks.kind === 'broken') return failed('CanaryFailed', `${told}: ${checks.message}.`);
  const health = await judgeHealth(work, canaryOf(steps), memory);
  return health.kind === 'failing'
    ? failed('CanaryFailed', `${told}: ${health.message}.`, health.isLasting !== true)
    : undefined;
};

const awaitWorkload = async (work: Work, { whole, namespace }: Steps, memory: Memory): Promise<Advance | undefined> => {
  const { name } = work.request.deployment.workload;
  const health = await judgeHealth(work, { whole, namespace, name }, memory);
  if (health.kind === 'healthy') return undefined;
  const mayHeal = health.isLasting !== true;
  if (health.kind === 'failing')
    return failed(
      'CanaryFailed',
      `The new version was healthy as a canary but then failed: ${health.message}.`,
      mayHeal,
    );
  return running(`the workload gets the new version, then the traffic returns to it: ${health.message}`, 'workload');
};

/**
 * Sets the traffic as the manifests say. The canary stays until a later look, and the gateway, have seen that. Until
 * then its pods may still get requests.
 */
const giveBack = async (work: Work, steps: Steps): Promise<Advance | undefined> => {
  const { moved } = steps;
  if (moved === undefined) return undefined;
  const [standing] = await readStanding(work, [moved]);
  const traffic = await readTraffic(work, movingBy(steps));
  const told = `${titleOfTraffic(movingBy(steps))} gives all traffic to the workload`;
  if (traffic?.seen.share === 0 && isApplied(work.request, standing!.live))
    return traffic.seen.kind === 'stands' ? undefined : running(`${told}: ${traffic.seen.message}`);
  const end = await applyOne(work, standing!);
  if (end !== undefined) return 'why' in end ? failureOf([end]) : end;
  return running(told);
};
