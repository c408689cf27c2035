import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import type { Applied, ApplyOptions, KubernetesObject } from '../../domain/ports.ts';
import { stringAt, valueAt } from '../../domain/rollout/kubernetes-object.ts';
import { type Advance, aborted, failed, running } from './advance-result.ts';
import { fitted } from './fitted.ts';
import { failureOf, mayTakeOver, type Refusal } from './refusals.ts';
import { isApplied, readStanding, refusalOf } from './standing.ts';
import { isStopped } from './stop-mark.ts';
import { isDefinitionOf } from './wanted.ts';
import { each, mostTries, type Standing, type Work } from './work.ts';

/** Dry-runs all objects before any is applied, and reports all refusals. Undefined if the server accepts everything. */
export const dryRunAll = async (work: Work, standing: readonly Standing[]): Promise<Advance | undefined> => {
  const answers = await each(standing, async (one) => {
    const { of, answer } = await dryRun(work, one);
    return { of, why: answer };
  });
  const refusals = answers.filter((one): one is Refusal => isRefusal(one.why) && !isAhead(one as Refusal, standing));
  return refusals.length === 0 ? undefined : failureOf(refusals);
};

/** How often an object may change during its dry run. */
const mostDryRuns = 3;

/** The server's answer to a dry run, and what it was about. */
export const dryRun = async (
  work: Work,
  first: Standing,
): Promise<{ readonly of: Standing; readonly answer: Applied }> => {
  let of = first;
  for (let tries = 1; ; tries += 1) {
    const answer = await send(work, of, { dryRun: true });
    if (answer.kind !== 'moved' || tries === mostDryRuns) return { of, answer };
    const [again] = await readStanding(work, [of.wanted]);
    of = { ...of, live: again!.live };
  }
};

const isRefusal = ({ kind }: Applied): boolean => kind === 'conflict' || kind === 'refused';

/**
 * Whether it only lacks something that comes with it and isn't there yet: its namespace, or the definition of its kind.
 */
export const isAhead = ({ of, why }: Refusal, standing: readonly Standing[]): boolean => {
  if (why.kind !== 'refused' || why.status !== 404) return false;
  const { object } = of.wanted;
  const namespace = stringAt(object, 'metadata', 'namespace');
  return standing.some(
    ({ wanted: { object: other } }) =>
      isDefinitionOf(other, stringAt(object, 'kind') ?? '') ||
      (other.kind === 'Namespace' && namespace !== undefined && stringAt(other, 'metadata', 'name') === namespace),
  );
};

/** Applies what this attempt has not applied yet, kind by kind. Undefined when everything is applied. */
export const applyAll = async (work: Work, standing: readonly Standing[]): Promise<Advance | undefined> => {
  for (const group of byKind(standing)) {
    const open = group.filter(({ live }) => !isApplied(work.request, live));
    if (open.length === 0) continue;
    if (work.clock.now() >= work.end) return running(`applied up to ${objectTitle(open[0]!.wanted.object)}`);
    if (await isStopped(work)) return aborted;
    const ends = await each(open, (one) => applyOne(work, one));
    const refusals = ends.filter((end): end is Refusal => end !== undefined && 'why' in end);
    const other = ends.find((end): end is Advance => end !== undefined && 'phase' in end);
    if (refusals.length > 0) return failureOf(refusals);
    if (other !== undefined) return other;
  }
  return undefined;
};

const byKind = (standing: readonly Standing[]): readonly (readonly Standing[])[] => [
  ...Map.groupBy(standing, ({ wanted }) => String(wanted.object.kind)).values(),
];

/** Applies onto the version that was read. If that has changed, reads, builds and decides again. */
export const applyOne = async (work: Work, one: Standing): Promise<Advance | Refusal | undefined> => {
  let { live } = one;
  for (let tries = 1; ; tries += 1) {
    work.touched = true;
    const of = { ...one, live };
    const answer = await send(work, of, live === undefined ? { absent: true } : {});
    if (answer.kind === 'applied') {
      work.applied.set(one.wanted, answer.object);
      return undefined;
    }
    if (isUnknownYet(answer))
      return running(`waits until the cluster knows the kind of ${objectTitle(one.wanted.object)}`);
    if (answer.kind !== 'moved') return { of, why: answer };
    const title = objectTitle(one.wanted.object);
    if (tries === mostTries) return failed('ObjectKeepsChanging', `${title} keeps being changed by others.`, true);
    const [again] = await readStanding(work, [one.wanted]);
    const refusal = refusalOf(work, [again!]);
    if (refusal !== undefined) return refusal;
    live = again!.live;
  }
};

/** Its definition has just been applied; the server knows it a moment later. */
const isUnknownYet = (answer: Applied): boolean => answer.kind === 'refused' && answer.reason === 'UnknownKind';

/** Takes over fields where that is allowed. */
export const send = async (work: Work, standing: Standing, options: ApplyOptions): Promise<Applied> => {
  const made = fitted(standing);
  if ('problem' in made) return { kind: 'refused', status: 422, reason: 'Invalid', message: made.problem };
  const { object } = made;
  const answer = await work.objects.apply(object, options);
  if (answer.kind !== 'conflict') return answer;
  if (mayTakeOver(work.settings.take_over, answer.conflicts)) {
    return work.objects.apply(object, { ...options, force: true });
  }
  // The server checks the owners of fields before the version. If the object has changed since it was read, this is not
  // a real conflict.
  const [again] = await readStanding(work, [standing.wanted]);
  return isSame(standing.live, again!.live) ? answer : { kind: 'moved', message: answer.message };
};

const isSame = (one: KubernetesObject | undefined, other: KubernetesObject | undefined): boolean =>
  valueAt(one, 'metadata', 'resourceVersion') === valueAt(other, 'metadata', 'resourceVersion');
