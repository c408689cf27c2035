import type { Random } from '../../domain/ports.ts';
import type { Memory } from '../memory.ts';
import { type FaultName, faultOfVersion, type RouteName, ruleOf } from './fault-rules.ts';
import type { FaultOrder } from './fault-schema.ts';

/** The facts that a fault can match. */
export type Facts = { readonly [name in keyof NonNullable<FaultOrder['match']>]: string | undefined };

/** The faults drawn for an event and its runs. */
export type Drawn = ReadonlyMap<FaultName, FaultOrder>;

/** How late, slow or stale a fault makes things; 0 where it was not drawn. */
export const millisecondsOf = (drawn: Drawn, fault: FaultName): number => {
  const order = drawn.get(fault);
  return order === undefined ? 0 : (order.milliseconds ?? ruleOf(fault).milliseconds ?? 0);
};

/** The faults drawn for one request. */
interface Struck {
  /** A request has one answer: only the first fault strikes. */
  readonly fault?: FaultOrder;
  /** How much later the answer comes, regardless of its content. */
  readonly late: number;
}

interface OrderLeft {
  readonly order: FaultOrder;
  /** From a file: it is replaced with the file. */
  readonly isOfFile?: boolean;
  /** How many it could have struck. */
  seen?: number;
  /** Absent: without end. */
  left?: number;
}

/** The faults that were ordered. */
export class FaultTable {
  readonly #memory: Memory;
  readonly #random: Random;
  #orders: OrderLeft[];

  /** The file's orders replace the orders of an earlier file. */
  constructor(memory: Memory, random: Random, ofFile: readonly FaultOrder[] = []) {
    this.#memory = memory;
    this.#random = random;
    const before = memory.all<{ readonly orders: OrderLeft[] }>('faults')[0]?.orders ?? [];
    this.#orders = [
      ...before.filter(({ isOfFile }) => isOfFile !== true),
      ...ofFile.map((order) => ({ ...entryOf(order), isOfFile: true })),
    ];
    if (before.length > 0 || ofFile.length > 0) this.#keep();
  }

  order(order: FaultOrder): void {
    this.#orders.push(entryOf(order));
    this.#keep();
  }

  clear(): void {
    this.#orders = [];
    this.#keep();
  }

  list(): readonly FaultOrder[] {
    return this.#orders.filter((entry) => !isUsedUp(entry)).map(({ order }) => order);
  }

  /** Draws what strikes the request itself. `except`: faults that cannot strike this kind of request. */
  drawRequest(route: RouteName, facts: Facts, except?: FaultName): Struck {
    const own = faultOfVersion(facts.version ?? '');
    let fault: FaultOrder | undefined = own !== undefined && isOn({ fault: own }, route) ? { fault: own } : undefined;
    let late: number | undefined;
    for (const entry of this.#orders) {
      const { order } = entry;
      const isLate = order.fault === 'slow-answer';
      if (order.fault === except || !isOn(order, route) || (isLate ? late : fault) !== undefined) continue;
      if (!this.#strikes(entry, facts)) continue;
      if (isLate) late = millisecondsOf(new Map([[order.fault, order]]), order.fault);
      else fault = order;
    }
    return { ...(fault === undefined ? {} : { fault }), late: late ?? 0 };
  }

  /** Draws what strikes the event of an accepted start, and its runs: each fault once. */
  drawStart(facts: Facts): Drawn {
    const drawn = new Map<FaultName, FaultOrder>();
    const own = faultOfVersion(facts.version ?? '');
    if (own !== undefined && !isOfRequest(own)) drawn.set(own, { fault: own });
    for (const entry of this.#orders) {
      const { order } = entry;
      if (isOfRequest(order.fault) || drawn.has(order.fault)) continue;
      if (this.#strikes(entry, facts)) drawn.set(order.fault, order);
    }
    return drawn;
  }

  #strikes(entry: OrderLeft, facts: Facts): boolean {
    const { match = {}, every = 1, share = 1 } = entry.order;
    const isMatch = Object.entries(match).every(([name, value]) => facts[name as keyof Facts] === value);
    if (!isMatch || isUsedUp(entry)) return false;
    entry.seen = (entry.seen ?? 0) + 1;
    const isIt = entry.seen % every === 0 && (share === 1 || this.#random.next() < share);
    if (isIt && entry.left !== undefined) entry.left -= 1;
    if (every > 1 || entry.left !== undefined) this.#keep();
    return isIt;
  }

  #keep(): void {
    this.#memory.put('faults', 'latest', { orders: this.#orders });
  }
}

const entryOf = (order: FaultOrder): OrderLeft => ({
  order,
  ...(order.times === undefined ? {} : { left: order.times }),
});

const isUsedUp = ({ left = 1 }: OrderLeft): boolean => left <= 0;
const isOfRequest = (fault: FaultName): boolean => ruleOf(fault).strikes === 'request';
const isOn = ({ fault, on }: FaultOrder, route: RouteName): boolean =>
  isOfRequest(fault) && (on ?? ruleOf(fault).on ?? []).includes(route);
