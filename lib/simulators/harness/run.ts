import type { FaultName } from './fault-rules.ts';
import type { FaultOrder } from './fault-schema.ts';
import { type Drawn, type Facts, millisecondsOf } from './faults.ts';
import type { Payload } from './payload.ts';

export interface Stage {
  readonly id: string;
  readonly name: string;
  status: string;
  startTs?: number;
  endTs?: number;
  failure?: string;
}

/** A run's state from one moment on. The summary that clients read is written late when it is stale. */
export interface Look {
  readonly at: number;
  readonly status: string;
  readonly endTs?: number;
  readonly stages: readonly Readonly<Stage>[];
}

export interface RunOrigin {
  readonly pipeline: string;
  readonly payload: Payload;
  readonly faults: Drawn;
  readonly org: string;
  readonly project: string;
  /** For a run that a webhook started. */
  readonly event?: string;
  readonly trigger?: string;
  /** For a run that the execute call started. */
  readonly notes?: string;
}

/** As it is stored: JSON has no maps. */
export type Remembered<Origin> = Omit<Origin, 'faults'> & {
  readonly faults: readonly (readonly [FaultName, FaultOrder])[];
};

export const remembered = <Origin extends { readonly faults: Drawn }>(origin: Origin): Remembered<Origin> => ({
  ...origin,
  faults: [...origin.faults],
});

export const recalled = <Origin extends { readonly faults: Drawn }>(origin: Remembered<Origin>): Origin =>
  ({ ...origin, faults: new Map(origin.faults) }) as unknown as Origin;

export interface RunRecord {
  readonly id: string;
  readonly sequence: number;
  readonly origin: Remembered<RunOrigin>;
  readonly createdAt: number;
  readonly stages: readonly Stage[];
  readonly looks: readonly Look[];
  readonly abortedBy?: string;
}

/** One pipeline run. Its story is kept as looks, newest last. */
export class Run {
  readonly id: string;
  readonly sequence: number;
  readonly origin: RunOrigin;
  readonly createdAt: number;
  readonly stages: Stage[];
  /** Ends every wait of the run: an abort was accepted, or the simulator ends. */
  readonly stop = new AbortController();
  /** Set once an abort was accepted. */
  abortedBy?: string;
  readonly #looks: Look[] = [];

  constructor(id: string, sequence: number, origin: RunOrigin, now: number) {
    this.id = id;
    this.sequence = sequence;
    this.origin = origin;
    this.createdAt = now;
    this.stages = ['Prepare', 'Deploy'].map((name) => ({ id: `${id}-${name}`, name, status: 'NotStarted' }));
    this.become('Queued', now);
  }

  static of({ id, sequence, origin, createdAt, stages, looks, abortedBy }: RunRecord): Run {
    const run = new Run(id, sequence, recalled(origin), createdAt);
    run.stages.splice(0, run.stages.length, ...stages);
    run.#looks.splice(0, 1, ...looks);
    if (abortedBy !== undefined) run.abortAs(abortedBy);
    return run;
  }

  get record(): RunRecord {
    const { id, sequence, origin, createdAt, stages, abortedBy } = this;
    return {
      ...{ id, sequence, createdAt, stages, looks: this.#looks },
      origin: remembered(origin),
      ...(abortedBy === undefined ? {} : { abortedBy }),
    };
  }

  get latest(): Look {
    return this.#looks.at(-1)!;
  }

  get isOver(): boolean {
    return this.latest.endTs !== undefined;
  }

  get isAborting(): boolean {
    return this.abortedBy !== undefined;
  }

  abortAs(whose: string): void {
    this.abortedBy = whose;
    this.stop.abort();
  }

  /** What faults match. */
  get facts(): Facts {
    return { ...this.origin.payload, pipeline: this.origin.pipeline };
  }

  become(status: string, now: number, isEnd = false): void {
    const stages = this.stages.map((stage) => ({ ...stage }));
    this.#looks.push({ at: now, status, stages, ...(isEnd ? { endTs: now } : {}) });
  }

  isForgotten(now: number): boolean {
    const { faults } = this.origin;
    return faults.has('forget-run') && now - this.createdAt >= millisecondsOf(faults, 'forget-run');
  }

  /** Whether reads show it. `late`: how much later everybody sees it. */
  isSeen(now: number, late: number): boolean {
    const since = this.createdAt + Math.max(late, millisecondsOf(this.origin.faults, 'late-run'));
    return now >= since && !this.isForgotten(now);
  }

  /** What clients see now: the newest look that is old enough, else the first. */
  look(now: number, late: number): Look {
    const { faults } = this.origin;
    const lag = Math.max(late, millisecondsOf(faults, 'stale-status'));
    return this.#looks.findLast(({ at }) => at <= now - lag) ?? this.#looks[0]!;
  }
}
