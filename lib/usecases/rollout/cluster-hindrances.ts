import type { Held } from '../../domain/deployment/held.ts';
import { describeEnd, describeHeld } from '../../domain/deployment/hindrance.ts';
import type { Cluster } from '../../domain/ports.ts';
import { clusterWatcher } from '../../domain/record/keys.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import { changeHeld } from '../deployment/change-held.ts';
import { lasting } from '../deployment/hindrances.ts';
import { fittingText } from '../deployment/settle-failure.ts';
import type { Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { reviewRightsAnew } from '../schedule/cluster-rights.ts';
import { type Asked, noteAnswer, noteOutage } from '../schedule/outages.ts';
import type { RolloutMemory } from './rollout-memory.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'random' | 'ids' | 'catalogue' | 'tell'>;

/** Why a look brought nothing. */
export interface Unreachable {
  readonly cause: string;
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
  /** Absent if not even its address is known. */
  readonly cluster?: Cluster;
}

interface Looked {
  /** The rollout's name. */
  readonly name: string;
  readonly row: RolloutWatchRow;
  readonly memory: RolloutMemory;
}

const why = 'cluster-unavailable';

/** Milliseconds. Somebody may be about to grant what is missing. */
const reviewedEvery = 60_000;

/**
 * Reports rollouts whose cluster cannot be asked: in each one's row, with an event when that begins and ends, and once
 * per namespace in the log. If the cluster refuses, its rights are reviewed, so that plan and health show them as they
 * are.
 */
export class ClusterHindrances {
  /** The rollouts that are held up, by namespace. */
  readonly #held = new Map<string, Set<string>>();
  readonly #reviewedAt = new Map<string, number>();

  async note(deps: Needs, { name, row, memory }: Looked, { cause, status, cluster }: Unreachable): Promise<void> {
    const now = deps.clock.now();
    memory.unseenSince ??= now;
    // A cluster that answers with a status of its own is reachable.
    const isAway = status === undefined || status >= 500;
    if (isAway && now - memory.unseenSince >= lasting) await noteOutage(deps, askedOf(row), cause);
    if (row.held === undefined) {
      if (now - memory.unseenSince < lasting) return;
      await beginHeld(deps, row, { since: memory.unseenSince, cause });
    }
    this.#tellBegin(deps, { name, row, memory }, cause);
    if (status === 403 && cluster !== undefined) await this.#review(deps, row, cluster);
  }

  /** The cluster has answered. */
  async end(deps: Needs, { name, row, memory }: Looked, cluster: Cluster): Promise<void> {
    if (memory.unseenSince !== undefined) await noteAnswer(deps, askedOf(row));
    delete memory.unseenSince;
    if (row.held !== undefined) await endHeld(deps, row);
    const { cluster: named, workload } = row.deployment;
    const held = this.#held.get(workload.namespace);
    if (held?.delete(name) !== true || held.size > 0) return;
    this.#held.delete(workload.namespace);
    deps.tell?.('a cluster can be asked again', { cluster: named, namespace: workload.namespace });
    if (this.#reviewedAt.delete(workload.namespace))
      await reviewRightsAnew(deps, { deployment: row.deployment, cluster });
  }

  /** Drops rollouts that are no longer watched. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const [namespace, held] of this.#held) {
      for (const name of held) if (!names.has(name)) held.delete(name);
      if (held.size === 0) this.#held.delete(namespace);
    }
  }

  #tellBegin({ tell }: Needs, { name, row, memory }: Looked, cause: string): void {
    const { cluster, workload } = row.deployment;
    const held = this.#held.get(workload.namespace);
    this.#held.set(workload.namespace, (held ?? new Set()).add(name));
    if (held !== undefined) return;
    const about = { cluster, namespace: workload.namespace, since: isoTime(memory.unseenSince!), answered: cause };
    tell?.('a cluster cannot be asked', about);
  }

  async #review(deps: Needs, { deployment }: RolloutWatchRow, cluster: Cluster): Promise<void> {
    const { namespace } = deployment.workload;
    const now = deps.clock.now();
    if (now - (this.#reviewedAt.get(namespace) ?? -reviewedEvery) < reviewedEvery) return;
    this.#reviewedAt.set(namespace, now);
    await reviewRightsAnew(deps, { deployment, cluster });
  }
}

const askedOf = ({ deployment }: RolloutWatchRow): Asked => ({ scope: { cluster: deployment.cluster } });

const watchedOf = ({ batch_id, index, wait, deployment }: RolloutWatchRow) =>
  ({ place: { batch_id, index, wait, watcher: clusterWatcher(deployment.cluster) }, actor: 'observer' }) as const;

interface Seen {
  readonly since: number;
  readonly cause: string;
}

const beginHeld = (deps: Needs, row: RolloutWatchRow, { since, cause }: Seen): Promise<void> => {
  const { cluster, workload } = row.deployment;
  const asked = `the ${workload.kind} ${workload.name} in namespace ${workload.namespace}`;
  const held: Held = { why, name: cluster, since, asked: fittingText(asked), answered: fittingText(cause) };
  const patch = { reason: 'HeldUp', message: describeHeld(held), held };
  const when = { exists: true, missing: ['held'] };
  return changeHeld(deps, { ...watchedOf(row), when }, () => ({ watch: { set: { held: why } }, patch }));
};

const endHeld = (deps: Needs, row: RolloutWatchRow): Promise<void> =>
  changeHeld(deps, { ...watchedOf(row), when: { equals: { held: why } } }, ({ held }) => ({
    watch: { remove: ['held'] },
    ...(held === undefined ? {} : { patch: { reason: 'GoesOn', message: describeEnd(held, deps.clock.now()) } }),
  }));
