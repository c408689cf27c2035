import type { Clock, Random } from '../../domain/ports.ts';
import { type Memory, noMemory } from '../memory.ts';
import type { FaultOrder } from './fault-schema.ts';
import type { Payload } from './payload.ts';
import { wallClock } from './wall-clock.ts';

/** A custom trigger of a simulated pipeline. One with a token is served by the v3 address only. */
export interface SimulatedTrigger {
  readonly pipeline: string;
  readonly trigger: string;
  readonly token?: string;
  readonly enabled?: boolean;
}

export interface SimulatedHarnessOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  /** When set, every call except webhooks must carry it, and a webhook with another key is rejected. */
  readonly apiKey?: string;
  /** "Mandate Authorization for Custom Webhook Triggers". */
  readonly mandateKey?: boolean;
  /** Absent: any pipeline with any trigger and any token exists. */
  readonly triggers?: readonly SimulatedTrigger[];
  /** Kubernetes API addresses by cluster name. Empty: pipelines change nothing. */
  readonly clusters?: Readonly<Record<string, string>>;
  /** The time from the stored event to its run. */
  readonly eventMilliseconds?: number;
  /** The duration of each of a run's two stages. */
  readonly stageMilliseconds?: number;
  /** The time from Discontinuing to Aborted. */
  readonly abortMilliseconds?: number;
  /** Per API key; 0 means no limit. */
  readonly requestsPerMinute?: number;
  /** Which part throttles: the edge by 429, or the service by 400 TOO_MANY_REQUESTS. */
  readonly throttledBy?: 'edge' | 'service';
  /** How late lists and details show runs and their statuses. */
  readonly lagMilliseconds?: number;
  /** Runs at once; the rest queue. */
  readonly maxConcurrentRuns?: number;
  /** `v1`: an older installation, without the V2 details. */
  readonly details?: 'V2' | 'v1';
  /** Whether a run's notes are in its row, behind a separate call, or nowhere. */
  readonly notes?: 'row' | 'call' | 'hidden';
  /** Whether trigger details repeat the payload; some installations do not. */
  readonly payload?: 'shown' | 'hidden';
  /** Whether trigger details include the run that they name. */
  readonly executionDetails?: 'shown' | 'hidden';
  /** Orders from a file: they replace the orders of an earlier file. */
  readonly faults?: readonly FaultOrder[];
  /** Replaces the Deploy stage's call to the clusters; returns a message when it fails. */
  readonly deploy?: (payload: Payload) => Promise<string | undefined>;
  readonly clock?: Clock;
  /** For the ids and the random faults. */
  readonly random?: Random;
  /** Without it nothing is remembered. It is closed with the server. */
  readonly memory?: Memory;
}

export type Settled = Required<Omit<SimulatedHarnessOptions, 'apiKey' | 'triggers' | 'deploy'>> &
  Pick<SimulatedHarnessOptions, 'apiKey' | 'triggers' | 'deploy'>;

/** The defaults: quick enough for a demonstration; the real service looks for new events every 5 s. */
export const settle = (options: SimulatedHarnessOptions): Settled => ({
  port: 0,
  mandateKey: false,
  clusters: {},
  eventMilliseconds: 300,
  stageMilliseconds: 1500,
  abortMilliseconds: 300,
  requestsPerMinute: 400,
  throttledBy: 'edge',
  lagMilliseconds: 0,
  maxConcurrentRuns: Number.POSITIVE_INFINITY,
  details: 'V2',
  notes: 'call',
  payload: 'shown',
  executionDetails: 'shown',
  faults: [],
  clock: wallClock,
  random: { next: Math.random },
  memory: noMemory,
  ...options,
});
