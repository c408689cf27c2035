import type { Clock } from '../../domain/ports.ts';

/** Repeats an action, one run after the other, starting at once. Returns the function that stops it. */
export const repeat = (
  work: () => Promise<void>,
  {
    every,
    clock,
    onFault,
  }: { readonly every: number; readonly clock: Clock; readonly onFault: (error: unknown) => Promise<void> },
): (() => void) => {
  let open = true;
  const run = async (): Promise<void> => {
    while (open) {
      try {
        await work();
      } catch (error) {
        if (open) await onFault(error);
      }
      await clock.sleep(every);
    }
  };
  // Closing the clock rejects the sleep; that ends the loop.
  run().catch((error: unknown) => {
    if (open) throw error;
  });
  return () => {
    open = false;
  };
};
