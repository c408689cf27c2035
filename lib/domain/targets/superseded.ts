import { serviceKey } from '../batch/keys-called.ts';
import { askedFor } from '../plan/action.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { Expected, Replay } from '../plan/plan.ts';
import type { Failure } from '../record/rows.ts';
import { isSamePlace, type Place } from '../schedule/place.ts';
import type { Standing, TargetRow } from './target-row.ts';

export interface Replaying {
  readonly place: Place;
  readonly deployment: Pick<
    KeptDeployment,
    'key' | 'environment_id' | 'infrastructure_id' | 'cluster' | 'docker_image_version' | 'action' | 'replicas'
  >;
  readonly replay: Replay;
}

/**
 * Why a rollback or a retry does not begin: somebody else has changed its target since it was planned. Undefined if the
 * target's last change is the one that the plan saw. Checked with the first intent, under the target's locks; a plan
 * only predicts.
 */
export const supersededSince = (
  now: TargetRow | undefined,
  { place, deployment, replay }: Replaying,
): Failure | undefined => {
  // Its own intent, given back before anything was sent: what was there before counts.
  const stands: Standing | undefined = now !== undefined && isSamePlace(now, place) ? now.before : now;
  const { expects } = replay;
  if (stands === undefined ? expects === undefined : expects !== undefined && isExpected(stands, expects)) {
    return undefined;
  }
  return {
    reason: 'Superseded',
    message: `${whoHas(stands, deployment)} ${whatToDo[replay.kind](deployment, stands)}`,
    skipped: true,
  };
};

const isExpected = (stands: Standing, expects: Expected): boolean =>
  isSamePlace(stands, expects) && expectedOf(stands).adopted_at === expects.adopted_at;

/** The target's last change, for a plan to name it. */
export const expectedOf = ({ batch_id, index, adopted, since }: Standing): Expected => ({
  batch_id,
  index,
  ...(adopted === undefined ? {} : { adopted_at: since }),
});

const whoHas = (stands: Standing | undefined, { key, environment_id }: Replaying['deployment']): string => {
  const where = `${key} in ${environment_id}`;
  if (stands === undefined) return `Not started: the record no longer shows any change of ${where}.`;
  const { batch_id, index, version, state, adopted } = stands;
  const runs = version === undefined ? state : `version ${version}, ${state}`;
  if (adopted !== undefined)
    return `Not started: since this was planned, ${adopted.by} adopted what runs at ${where} (${runs}).`;
  return `Not started: since this was planned, deployment ${index} of batch ${batch_id} has changed ${where} (${runs}).`;
};

/** Its key contains the infrastructure. */
const isOneOfSeveral = (key: string): boolean => key !== serviceKey(key);

type WhatToDo = (deployment: Replaying['deployment'], stands: Standing | undefined) => string;

const whatToDo: Readonly<Record<Replay['kind'], WhatToDo>> = {
  rollback: ({ key, environment_id, cluster }, stands) =>
    `It was left as it is. To take that back too, roll ${stands?.adopted === undefined ? 'that batch back, or this target alone' : 'this target back alone'}: flotilla rollback ${serviceKey(key)} --environment ${environment_id}${isOneOfSeveral(key) ? ` --cluster ${cluster}` : ''}.`,
  retry: ({ key, environment_id, infrastructure_id, docker_image_version, action, replicas }) => {
    const service = serviceKey(key);
    const where = `--environment ${environment_id}${isOneOfSeveral(key) ? ` --infrastructure ${infrastructure_id}` : ''}`;
    if (action === undefined)
      return `It was left as it is. To deploy this version all the same: flotilla deploy ${service}=${docker_image_version} ${where}.`;
    const how = `--action ${action}${replicas === undefined ? '' : ` --replicas ${replicas}`}`;
    return `It was left as it is. To ${askedFor({ action, replicas }, '')} all the same: flotilla deploy ${service} ${where} ${how}.`;
  },
};
