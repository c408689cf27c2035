import { AsyncLocalStorage } from 'node:async_hooks';

/** The result of the calls of one function. */
export interface FunctionWork {
  invocations: number;
  /** That it slept. Everything else takes no time here. */
  milliseconds: number;
  /** Calls of ports, for example `table.get`. */
  readonly calls: Map<string, number>;
}

interface Invocation {
  readonly name: string;
  isDead: boolean;
  readonly fail: (error: Error) => void;
}

const never = new Promise<never>(() => {});

/**
 * Knows who does something: which function costs what, and which call was killed. A dead call does nothing any more:
 * its next request never returns.
 */
export class WorkLog {
  readonly functions = new Map<string, FunctionWork>();
  readonly #current = new AsyncLocalStorage<Invocation>();
  readonly #running = new Set<Invocation>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async during<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
    const work = this.#workOf(name);
    const { promise: death, reject: fail } = Promise.withResolvers<never>();
    const invocation: Invocation = { name, isDead: false, fail };
    this.#running.add(invocation);
    const begun = this.#now();
    try {
      work.invocations += 1;
      return await Promise.race([this.#current.run(invocation, act), death]);
    } finally {
      work.milliseconds += this.#now() - begun;
      this.#running.delete(invocation);
    }
  }

  /** A check before anything is done. Undefined for the living. */
  deathOf(): Promise<never> | undefined {
    return this.#current.getStore()?.isDead ? never : undefined;
  }

  /** Who does something now. */
  get current(): string | undefined {
    return this.#current.getStore()?.name;
  }

  note(call: string): void {
    const { name } = this.#current.getStore() ?? {};
    if (name === undefined) return;
    const { calls } = this.#workOf(name);
    calls.set(call, (calls.get(call) ?? 0) + 1);
  }

  /**
   * Kills what runs under this name. Its caller hears that it died, at once or when `later` says so, or that Lambda had
   * a fault (the machine tries that again), or nothing. Returns how many there were.
   */
  kill(name: string, heard: 'error' | 'fault' | 'nothing' | ((later: () => void) => void)): number {
    const killed = [...this.#running].filter((one) => one.name === name && !one.isDead);
    const told = heard === 'fault' ? 'Lambda.SdkClientException' : 'Runtime.ExitError';
    const error = Object.assign(new Error('the function was killed'), { name: told });
    for (const one of killed) {
      one.isDead = true;
      if (typeof heard === 'function') heard(() => one.fail(error));
      else if (heard !== 'nothing') one.fail(error);
    }
    return killed.length;
  }

  #workOf(name: string): FunctionWork {
    const known = this.functions.get(name);
    if (known !== undefined) return known;
    const work: FunctionWork = { invocations: 0, milliseconds: 0, calls: new Map() };
    this.functions.set(name, work);
    return work;
  }
}
