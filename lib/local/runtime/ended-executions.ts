import { create as createSettleExecution } from '../../../functions/settle-execution.ts';
import type { EngineOptions } from '../../engine/engine.ts';
import { whenSynced } from './when-synced.ts';

type Deps = Parameters<typeof createSettleExecution>[0];
type Settle = ReturnType<typeof createSettleExecution>;

/**
 * Hands what the engine tells of executions to the function that EventBridge calls on AWS. One that fails is left to the sweeper, which
 * comes after a few seconds here.
 */
export class EndedExecutions {
  readonly #onFault: (error: unknown) => void;
  #settle: Settle | undefined;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  /** From then on. What ended before is for the sweeper. */
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
