import { hasChangedNothing } from '../../domain/deployment/conclude-deployment.ts';
import { askedFor, isDelete } from '../../domain/plan/action.ts';
import { type KeptDeployment, releasedDeployment } from '../../domain/plan/kept-deployment.ts';
import { objectOf } from '../../domain/plan/lock-names.ts';
import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import type { LastChangeRow, LastOutcomeRow } from '../../domain/record/recorded-release.ts';
import { type ItemRow, itemOf, type Outcome, type Release } from '../../domain/record/rows.ts';
import type { Place } from '../../domain/schedule/place.ts';
import { type Submitter, sameSubmitter } from '../../domain/targets/submitter.ts';

/** What was seen to run, as far as it could be read. */
export type Seen = { readonly [name in 'image' | 'digest' | 'container']?: string | undefined } & Pick<
  Release,
  'containers'
> & {
    readonly ttl_seconds?: number | undefined;
  };

interface Verified {
  readonly place: Place;
  readonly at: number;
  readonly id: string;
  readonly seen?: Seen;
  readonly who?: Submitter | undefined;
}

/** A verified deployment becomes the release that a later failure returns to. `id` is new and sorts by time. */
export const releaseWrites = (
  deployment: KeptDeployment,
  {
    place: { batch_id, index },
    at,
    id,
    who = {},
    seen: { image, digest, container, containers, ttl_seconds } = {},
  }: Verified,
): readonly Write[] => {
  const release: Release = {
    version: deployment.docker_image_version,
    ...(image === undefined ? {} : { image }),
    ...(digest === undefined ? {} : { digest }),
    ...(container === undefined ? {} : { container }),
    ...(containers === undefined ? {} : { containers }),
    ...(ttl_seconds === undefined ? {} : { ttl_seconds }),
    deployment: releasedDeployment(deployment),
    origin: 'recorded',
    at,
    batch_id,
    index,
    ...sameSubmitter(who),
  };
  return [
    { put: itemOf(keys.goodRelease(deployment.target), release) },
    { put: itemOf(keys.release(deployment.target, id), release), when: { exists: false } },
    changeWrite(deployment, { batch_id, version: release.version, at }),
  ];
};

/**
 * Every deployment that changes an object holds its lock. So the rows of one object are written one after the other,
 * whatever their targets.
 */
const changeWrite = ({ target, cluster, workload }: KeptDeployment, change: Omit<LastChangeRow, 'target'>): Write => {
  const row: LastChangeRow = { target, ...change };
  return { put: itemOf(keys.lastChange(objectOf(cluster, workload)), row) };
};

/**
 * A bad end leaves open what runs, unless somebody saw it. A deployment that deploys nothing makes no release. Writes
 * nothing if nothing was changed. An UNKNOWN deployment resolved as FAILED may have changed something: no row says that
 * it did not.
 */
export const lastOutcomeWrites = (
  deployment: KeptDeployment,
  item: Pick<ItemRow, 'batch_id' | 'index' | 'key' | 'runs' | 'touched'> & Pick<LastOutcomeRow, 'containers'>,
  { status, reason, release_after, ended_at, resolved_by }: Outcome,
  at = ended_at,
): readonly Write[] => {
  if (status !== 'SUCCESS' && hasChangedNothing(item, resolved_by === undefined ? status : 'UNKNOWN')) return [];
  const { batch_id, index, key, containers } = item;
  const of = containers === undefined ? {} : { containers };
  const seen = release_after === undefined ? {} : { release_after };
  const { infrastructure_id, action } = deployment;
  const version = askedFor(deployment, deployment.docker_image_version);
  const asked = { version, ...(action === undefined ? {} : { action }) };
  const row: LastOutcomeRow = { batch_id, index, key, status, reason, ...asked, ...seen, ...of, infrastructure_id, at };
  const open = release_after === undefined ? { ended: { status, reason, version } } : { version: release_after };
  const isGone = isDelete(deployment) && status === 'SUCCESS';
  const runs = isGone ? { deleted: true as const } : open;
  return [
    { put: itemOf(keys.lastOutcome(deployment.target), row) },
    changeWrite(deployment, { batch_id, ...runs, at }),
  ];
};
