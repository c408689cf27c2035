import { type Adopting, nowAdopted, ownersNote, sinceMark } from '../../domain/drift/adopt.ts';
import { adoptObjects, nameOfAddress } from '../../domain/drift/applied.ts';
import { isAsMarked } from '../../domain/drift/drift.ts';
import { mostFields } from '../../domain/drift/drift-mark.ts';
import { driftOfImage } from '../../domain/drift/image-drift.ts';
import type { FieldDrift } from '../../domain/drift/object-drift.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { placeOfTarget } from '../../domain/plan/lock-names.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import { sha256Of } from '../../domain/sha256.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { askWithin } from '../rollout/look-now.ts';
import { findTarget, type NamedTarget } from '../targets/find-target.ts';
import { type TargetView, viewTarget } from '../targets/target-view.ts';
import { checkFree, writeAdoption } from './adoption-writes.ts';
import { driftOf, lookAtObjects, type SeenObjects, workloadAddress } from './look-at-objects.ts';
import { readSurveyedOne, type SurveyedTarget } from './surveyed-targets.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'catalogue' | 'cluster'> & AskedBy;

export interface AdoptInput extends NamedTarget {
  /** Why it is right, in the caller's words. */
  readonly reason?: string | undefined;
}

/** What was adopted. */
export interface AdoptedView {
  readonly target: TargetView;
  /** The first ten changed fields: as deployed, and as they are now. */
  readonly fields: readonly FieldDrift[];
  readonly count: number;
  readonly message: string;
  /** What this means for the next deployment. */
  readonly notes: readonly string[];
}

export type AdoptTarget = (deps: Needs, input: AdoptInput) => Promise<AdoptedView>;

/**
 * Adopts what runs now at a drifted target, so that surveys stop marking it. Changes nothing in the cluster, and fields
 * keep their owners. Adopts only what the mark names: nobody has looked at later changes.
 */
export const adoptTarget: AdoptTarget = async (deps, { reason, ...named }) => {
  const { target, cluster, now } = await findTarget(deps, named);
  checkMayAdopt(deps, target);
  const surveyed = await readMarked(deps, now);
  await checkFree(deps.table, target);
  const seen = await look(deps, cluster, surveyed);
  const fields = driftOf(surveyed, seen);
  checkAsMarked(now, fields);
  const { actor } = deps.rights;
  const who = { by: actor.subject, ...(actor.name === undefined ? {} : { by_name: actor.name }) };
  const objects = await keepAdopted(deps, surveyed, seen);
  const adopting: Adopting = { image: imageOf(surveyed, seen), who, reason, objects, at: deps.clock.now() };
  const adopted = nowAdopted(now, adopting);
  await retryConflict(deps, () => writeAdoption(deps, { before: now, after: adopted, fields }));
  return viewAdopted(surveyed, { adopted, fields });
};

const checkMayAdopt = ({ rights }: Needs, target: string): void => {
  const place = placeOfTarget(target);
  const { kind, subject } = rights.actor;
  const problem = rights.may('resolve', place)
    ? kind !== 'person' && `Only a person may adopt, and ${subject} is a program. Tokens of people name a group.`
    : `No grant lets you resolve ${place.pillar} in ${place.environment}. Adopting what runs there needs that.`;
  if (problem !== false) throw new FlotillaError('Forbidden', problem, { target });
};

type Marked = SurveyedTarget & { readonly now: { readonly drift: NonNullable<TargetRow['drift']> } };

const nothing = (target: string, why: string): FlotillaError =>
  new FlotillaError('NothingToAdopt', `There is nothing to adopt at ${target}: ${why}`, { target });

const readMarked = async (deps: Needs, now: TargetRow): Promise<Marked> => {
  if (now.drift === undefined) {
    const why = `no survey has found it changed. It is ${now.state}; a difference counts when two surveys in a row have seen it.`;
    throw nothing(now.target, why);
  }
  const surveyed = await readSurveyedOne(deps, now);
  if (surveyed === undefined) throw nothing(now.target, 'no release of it is recorded.');
  return surveyed as Marked;
};

/** Looks at what a survey looks at. */
const look = async (deps: Needs, cluster: string, surveyed: SurveyedTarget): Promise<SeenObjects> => {
  const glance = await askWithin(deps, cluster, async () => {
    const { objects } = await deps.cluster(cluster);
    return objects === undefined ? undefined : lookAtObjects(objects, [surveyed]);
  });
  if ('seen' in glance && glance.seen !== undefined) return glance.seen;
  const why = 'unseen' in glance ? glance.unseen : `only rollouts can be read from cluster ${cluster}`;
  throw new FlotillaError('StatusConflict', `What runs there cannot be read now, so nothing is adopted: ${why}.`);
};

const checkAsMarked = ({ target, drift }: TargetRow, fields: readonly FieldDrift[]): void => {
  if (drift === undefined || isAsMarked(drift, fields)) return;
  if (fields.length === 0) throw nothing(target, 'it is again as it was deployed. The next survey removes the mark.');
  const message = `${target} has changed since it was marked: ${sinceMark(drift, fields)}. Look at flotilla targets --drift after the next surveys, then adopt.`;
  throw new FlotillaError('ChangedSince', message, { target });
};

/** A change of the image. When the executor `kubernetes` did not apply the workload itself, it stays as it is. */
const imageOf = (surveyed: SurveyedTarget, seen: SeenObjects): FieldDrift | undefined => {
  const { deployment, now } = surveyed;
  const address = workloadAddress(deployment.workload);
  const live = address === undefined ? 'unknown' : seen.find(address);
  if (address === undefined || live === 'unknown') return undefined;
  if (live === undefined) return { object: nameOfAddress(address) };
  if (now.image === undefined) return undefined;
  const { workload } = deployment;
  return driftOfImage({ name: nameOfAddress(address), workload, image: now.image, live })[0];
};

/**
 * Stores the objects under a key of their own, which NOW then names. A refused or overtaken adoption leaves nothing
 * that counts. Never overwrites what deployments keep.
 */
const keepAdopted = async (
  { documents }: Needs,
  { applied }: SurveyedTarget,
  seen: SeenObjects,
): Promise<string | undefined> => {
  if (applied === undefined) return undefined;
  const text = JSON.stringify(adoptObjects(applied, (address) => seen.find(address)));
  const sha256 = sha256Of(text);
  await documents.put(documentPaths.adopted(sha256), text);
  return sha256;
};

interface Done {
  readonly adopted: TargetRow;
  readonly fields: readonly FieldDrift[];
}

const viewAdopted = ({ deployment }: SurveyedTarget, { adopted, fields }: Done): AdoptedView => {
  const { target, version, state } = adopted;
  const what = fields.length === 1 ? 'one difference was' : `${fields.length} differences were`;
  const runs = state === 'deleted' ? 'nothing runs there' : `version ${version ?? 'unknown'} runs there`;
  const note = deployment.executor.name === 'kubernetes' ? ownersNote(fields) : undefined;
  return {
    target: viewTarget(adopted),
    fields: fields.slice(0, mostFields),
    count: fields.length,
    message: `${target}: ${what} adopted, and ${runs}. Nothing was changed in the cluster.`,
    notes: note === undefined ? [] : [note],
  };
};
