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

/** What the use cases are handed. Each names the few that it needs by `Pick<Deps, …>`. */
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
  /** The catalogue that is in force; throws ConfigurationInvalid when there is none. */
  catalogue(): Promise<Catalogue>;
  /** By account, for example `harness:acme`; throws ConfigurationInvalid for one that is not configured. */
  executor(account: string): Promise<Executor>;
  cluster(name: string): Promise<Cluster>;
  /** Where manifests are fetched from that stand elsewhere. */
  readonly manifestSources?: ManifestSources;
  /** Absent where watchers are processes of their own. */
  readonly bell?: Bell;
  /** A line of the log for whoever runs this; absent where there is none. */
  readonly tell?: (message: string, about: Readonly<Record<string, string>>) => void;
}

/** Where those are counted who wait for something to happen: each holds a connection, and on AWS a copy of a function. */
export interface WaitingRoom {
  /** The way to leave again; undefined where so many wait for this subject already. Whoever does not leave is out by then. */
  enter(subject: string, until: number): Promise<(() => Promise<void>) | undefined>;
}

/** How often and how long things look; milliseconds. One place, so that tests and the simulated runtime can hurry. */
export interface Pace {
  readonly pollExecutor: number;
  readonly pollCluster: number;
  /** How long one call of a watcher loops before it returns to its state machine. */
  readonly watchFor: number;
  /** How long a watcher with nothing to watch stays. */
  readonly idleFor: number;
  /** After this a watcher hands over to its next generation. */
  readonly watcherAge: number;
  /** An intent without an answer of the executor is looked into after this. */
  readonly intentGrace: number;
  /** How long the end of an aborted run is waited for. */
  readonly abortGrace: number;
  /** Life of the dispatcher's lease. */
  readonly lease: number;
  /** How old something must be before the sweeper looks at it. */
  readonly sweepAge: number;
  /** From one survey of the clusters to the next, on one machine. */
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

/** For what somebody asks for by the API: what whoever asks may do, by the configuration as it is then. */
export interface AskedBy {
  readonly rights: Rights;
}
