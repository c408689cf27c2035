import type { Memory } from '../memory.ts';
import type { Payload } from './payload.ts';

/** While the start is answered. */
const requestFaults = ['reject', 'too-many-requests', 'throttle', 'server-error', 'html-error', 'drop-reply'] as const;
/** From the stored event to the run. */
const eventFaults = ['lose-event', 'late-event', 'fail-event'] as const;
/** In the run. */
const runFaults = ['stale-status', 'stuck-running', 'fail-stage', 'fail-after-apply', 'slow', 'refuse-abort'] as const;

const faultNames = [...requestFaults, ...eventFaults, ...runFaults] as const;
export type FaultName = (typeof faultNames)[number];

export interface FaultOrder {
  /** All that are given must be equal. Empty matches every start. */
  readonly match?: Readonly<Partial<Record<'service' | 'version' | 'pillar' | 'pipeline' | 'key', string>>>;
  readonly fault: FaultName;
  /** How many starts it strikes; absent means all. */
  readonly times?: number;
  /** server-error, html-error: before anything is stored (no run comes of it), or after (the default: a run comes). */
  readonly when?: 'before' | 'after';
  /** How late, how slow, how stale. */
  readonly milliseconds?: number;
  /** Another status for fail-event, fail-stage and stuck-running than the usual one. */
  readonly status?: string;
}

/** A version that says so brings its own fault, so that a batch file can order one. Longer words first: the first that fits counts. */
const versionRules: readonly (readonly [string, FaultName])[] = [
  ['-pipeline-fails-late', 'fail-after-apply'],
  ['-pipeline-fails', 'fail-stage'],
  ['-pipeline-hangs', 'stuck-running'],
  ['-pipeline-slow', 'slow'],
  ['-event-lost', 'lose-event'],
  ['-reply-dropped', 'drop-reply'],
];

export type Drawn = ReadonlyMap<FaultName, FaultOrder>;

interface OrderLeft {
  readonly order: FaultOrder;
  /** Absent: without end. */
  left?: number;
}

/** The faults that were ordered. One start draws each matching fault once. */
export class FaultTable {
  readonly #memory: Memory;
  #orders: OrderLeft[];

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#orders = memory.all<{ readonly orders: OrderLeft[] }>('faults')[0]?.orders ?? [];
  }

  order(order: FaultOrder): void {
    this.#orders.push({ order, ...(order.times === undefined ? {} : { left: order.times }) });
    this.#keep();
  }

  clear(): void {
    this.#orders = [];
    this.#keep();
  }

  list(): readonly FaultOrder[] {
    return this.#orders.filter((entry) => !isUsedUp(entry)).map(({ order }) => order);
  }

  /** Of the faults of the request only the first strikes: a start has one answer. */
  draw(pipeline: string, payload: Payload): Drawn {
    const drawn = new Map<FaultName, FaultOrder>();
    const rule = versionRules.find(([word]) => payload.version.includes(word));
    if (rule !== undefined) drawn.set(rule[1], { fault: rule[1] });
    const facts = { ...payload, pipeline };
    for (const entry of this.#orders) {
      const { fault, match = {} } = entry.order;
      const isMatch = Object.entries(match).every(([name, value]) => facts[name as keyof typeof match] === value);
      const isTaken = drawn.has(fault) || (isOf(requestFaults, fault) && [...drawn.keys()].some(isRequestFault));
      if (isUsedUp(entry) || !isMatch || isTaken) continue;
      if (entry.left !== undefined) {
        entry.left -= 1;
        this.#keep();
      }
      drawn.set(fault, entry.order);
    }
    return drawn;
  }

  #keep(): void {
    this.#memory.put('faults', 'latest', { orders: this.#orders });
  }
}

const isUsedUp = ({ left = 1 }: OrderLeft): boolean => left <= 0;

const isOf = (names: readonly string[], name: string): boolean => names.includes(name);
const isRequestFault = (name: FaultName): boolean => isOf(requestFaults, name);

/** Reads an order from the wire; gives a sentence when it is not one. */
export const parseFaultOrder = (text: string): FaultOrder | string => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const order = value as FaultOrder;
  if (typeof order !== 'object' || order === null) return 'not an object';
  if (!isOf(faultNames, order.fault)) return `unknown fault; known are ${faultNames.join(', ')}`;
  return order;
};
