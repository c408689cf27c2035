import type { Clock } from '../../domain/ports.ts';
import { type Memory, noMemory } from '../memory.ts';
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
  /** When set, every call but the webhooks must carry it, and a webhook that carries another is refused. */
  readonly apiKey?: string;
  /** "Mandate Authorization for Custom Webhook Triggers". */
  readonly mandateKey?: boolean;
  /** Absent: any pipeline with any trigger and any token exists. */
  readonly triggers?: readonly SimulatedTrigger[];
  /** Kubernetes API addresses by cluster name. Empty: pipelines touch nothing. */
  readonly clusters?: Readonly<Record<string, string>>;
  /** From the stored event to its run. */
  readonly eventMilliseconds?: number;
  /** Of each of the two stages of a run. */
  readonly stageMilliseconds?: number;
  /** From Discontinuing to Aborted. */
  readonly abortMilliseconds?: number;
  /** Per API key; 0 means no limit. */
  readonly requestsPerMinute?: number;
  /** Runs at once; more of them queue. */
  readonly maxConcurrentRuns?: number;
  /** `v1`: an older installation, without the V2 details. */
  readonly details?: 'V2' | 'v1';
  /** Whether trigger details repeat the payload; some installations do not. */
  readonly showPayload?: boolean;
  readonly clock?: Clock;
  /** Nothing is remembered without it. It is closed with the server. */
  readonly memory?: Memory;
}

export type Settled = Required<Omit<SimulatedHarnessOptions, 'apiKey' | 'triggers'>> &
  Pick<SimulatedHarnessOptions, 'apiKey' | 'triggers'>;

/** The defaults: quick enough for a demonstration; the real service looks for new events every 5 s. */
export const settle = (options: SimulatedHarnessOptions): Settled => ({
  port: 0,
  mandateKey: false,
  clusters: {},
  eventMilliseconds: 300,
  stageMilliseconds: 1500,
  abortMilliseconds: 300,
  requestsPerMinute: 400,
  maxConcurrentRuns: Number.POSITIVE_INFINITY,
  details: 'V2',
  showPayload: true,
  clock: wallClock,
  memory: noMemory,
  ...options,
});
