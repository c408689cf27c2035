import type { WorkLog } from './work-log.ts';

/** A call of a port, for example `table.transact`. `nth` counts the calls of that name, from 1. */
export interface PortCall {
  readonly name: string;
  readonly nth: number;
  readonly args: readonly unknown[];
}

/** Decides whether a call fails, and whether it does so before or after its work. */
export type Fault = (call: PortCall) => { readonly error: Error; readonly when: 'before' | 'after' } | undefined;

/** Sees every call of a port. So a test knows when no work is going on, and can make a call fail. */
export class CallMeter {
  fault: Fault | undefined;
  /** Who makes the calls. */
  readonly #log: WorkLog;
  calls = 0;
  inFlight = 0;
  readonly #counts = new Map<string, number>();

  constructor(log: WorkLog) {
    this.#log = log;
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  async during<Result>(name: string, args: readonly unknown[], act: () => Promise<Result>): Promise<Result> {
    const death = this.#log.deathOf();
    if (death !== undefined) return death;
    this.#log.note(name);
    this.calls += 1;
    this.inFlight += 1;
    try {
      const nth = this.count(name) + 1;
      this.#counts.set(name, nth);
      const fault = this.fault?.({ name, nth, args });
      if (fault?.when === 'before') throw fault.error;
      const result = await act();
      if (fault?.when === 'after') throw fault.error;
      return result;
    } finally {
      this.inFlight -= 1;
    }
  }

  /** The same port, observed. Its methods must all be asynchronous, except those that ask nobody outside. */
  watch<Port extends object>(prefix: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property);
        if (typeof member !== 'function') return member;
        if (property === 'whereToLook') return member.bind(target);
        const name = `${prefix}.${String(property)}`;
        return (...args: unknown[]) => this.during(name, args, () => member.apply(target, args) as Promise<unknown>);
      },
    });
  }
}
