import type { RunFailure, RunState } from '../../domain/ports.ts';

/** How far an attempt has come. */
export type Advance =
  /** It goes on at the next look; `raw` says what it waits for. */
  | { readonly phase: 'running'; readonly raw: string; readonly step?: string }
  /** As `running`, but a person has to let it go on. */
  | { readonly phase: 'waiting'; readonly raw: string; readonly message?: string }
  | { readonly phase: 'succeeded'; readonly warnings: readonly string[] }
  | { readonly phase: 'failed' | 'aborted'; readonly failure: Omit<RunFailure, 'touched'> };

export const running = (raw: string, step?: string): Advance => ({
  phase: 'running',
  raw,
  ...(step !== undefined && { step }),
});

export const waiting = (raw: string, message?: string): Advance => ({
  phase: 'waiting',
  raw,
  ...(message !== undefined && { message }),
});

/** Whether the next look goes on with it. */
export const isOpen = ({ phase }: Advance): boolean => phase === 'running' || phase === 'waiting';

/** It would fail again unless somebody changes something. */
export const failed = (reason: string, message: string, retryable = false): Advance => ({
  phase: 'failed',
  failure: { reason, message, retryable },
});

export const aborted: Advance = {
  phase: 'aborted',
  failure: { reason: 'Aborted', message: 'It was stopped before everything was applied.', retryable: false },
};

export const stateOf = (advance: Advance, touched: boolean): RunState => {
  if (advance.phase === 'running') return advance;
  if (advance.phase === 'waiting') {
    const { raw, message } = advance;
    return { phase: 'waiting-for-human', raw, ...(message !== undefined && { message }) };
  }
  if (advance.phase === 'succeeded') {
    const { warnings } = advance;
    return { phase: 'terminal', outcome: 'succeeded', raw: 'Applied', ...(warnings.length > 0 && { warnings }) };
  }
  const { failure, phase: outcome } = advance;
  return { phase: 'terminal', outcome, raw: failure.reason, failure: { ...failure, touched } };
};

/** Runs steps in order, and returns the first result that ends or pauses the attempt. */
export const firstEnd = async (
  steps: readonly (() => Promise<Advance | undefined>)[],
): Promise<Advance | undefined> => {
  for (const step of steps) {
    const end = await step();
    if (end !== undefined) return end;
  }
  return undefined;
};
