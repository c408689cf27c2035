import type { Catalogue } from '../domain/catalogue/catalogue.ts';
import type { Rights } from '../domain/grants/rights.ts';
import type { ManifestSources } from '../domain/manifests/manifest-sources.ts';
import type {
  Anchors,
  Clock,
  Cluster,
  Documents,
  EventBus,
  Executor,
  Ids,
  Random,
  Signer,
  Table,
  Uploads,
  Workflow,
} from '../domain/ports.ts';
import type { Bell } from './wait/bell.ts';

/** Everything the use cases need. Each use case names its few by `Pick<Deps, …>`. */
export interface Deps {
  readonly table: Table;
  readonly documents: Documents;
  readonly uploads: Uploads;
  readonly workflow: Workflow;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly bus: EventBus;
  readonly anchors: Anchors;
  readonly signer: Signer;
  readonly pace: Pace;
  readonly waitingRoom: WaitingRoom;
  /** The catalogue in force. Throws ConfigurationInvalid when there is none. */
  catalogue(): Promise<Catalogue>;
  /** By account, for example `harness:acme`. Throws ConfigurationInvalid for one that is not configured. */
  executor(account: string): Promise<Executor>;
  cluster(name: string): Promise<Cluster>;
  /** Fetches manifests that are kept elsewhere. */
  readonly manifestSources?: ManifestSources;
  /** Absent where watchers are separate processes. */
  readonly bell?: Bell;
  /** Writes a log line for the operator. Absent where there is no log. */
  readonly tell?: (message: string, about: Readonly<Record<string, string>>) => void;
}

/** Counts the requests that wait for something to happen. Each holds a connection, and on AWS a copy of a function. */
export interface WaitingRoom {
  /**
   * Returns a function that leaves again, or undefined when this subject has too many waiting already. Leaving happens
   * by itself at `until`.
   */
  enter(subject: string, until: number): Promise<(() => Promise<void>) | undefined>;
}

/** Intervals and patience, in milliseconds. All in one place, so that tests and the simulated runtime can hurry. */
export interface Pace {
  readonly pollExecutor: number;
  readonly pollCluster: number;
  /** How long one call of a watcher loops before it returns to its state machine. */
  readonly watchFor: number;
  /** How long a watcher stays with nothing to watch. */
  readonly idleFor: number;
  /** The age at which a watcher hands over to its next generation. */
  readonly watcherAge: number;
  /** How long an intent may lack the executor's answer before it is investigated. */
  readonly intentGrace: number;
  /** How long to wait for an aborted run to end. */
  readonly abortGrace: number;
  /** How long the dispatcher's lease lasts. */
  readonly lease: number;
  /** How old something must be before the sweeper looks at it. */
  readonly sweepAge: number;
  /** Time between two surveys of the clusters, on one machine. */
  readonly survey: number;
}

export const cloudPace: Pace = {
  pollExecutor: 10_000,
  pollCluster: 1_000,
  watchFor: 240_000,
  idleFor: 15_000,
  watcherAge: 12 * 3_600_000,
  intentGrace: 90_000,
  abortGrace: 300_000,
  lease: 20_000,
  sweepAge: 60_000,
  survey: 120_000,
};

/** For requests through the API: what the caller may do, by the configuration at that time. */
export interface AskedBy {
  readonly rights: Rights;
}
