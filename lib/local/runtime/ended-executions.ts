import { create as createSettleExecution } from '../../../functions/settle-execution.ts';
import type { EngineOptions } from '../../engine/engine.ts';
import { whenSynced } from './when-synced.ts';

type Deps = Parameters<typeof createSettleExecution>[0];
type Settle = ReturnType<typeof createSettleExecution>;

/**
 * Passes the engine's events about executions to the function that EventBridge calls on AWS. If it fails, the sweeper
 * handles it a few seconds later.
 */
export class EndedExecutions {
  readonly #onFault: (error: unknown) => void;
  #settle: Settle | undefined;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  /** From now on. The sweeper handles what ended before. */
  settleWith(deps: Deps): void {
    const settle = createSettleExecution(deps);
    this.#settle = (event) => whenSynced(deps.table, () => settle(event));
  }

  readonly toTell: NonNullable<EngineOptions['onStatusChange']> = {
    of: ['FAILED', 'TIMED_OUT', 'ABORTED'],
    tell: (event) => {
      this.#settle?.(event).catch(this.#onFault);
    },
  };
}
