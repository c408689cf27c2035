import type { Clock } from '../../domain/ports.ts';

/** Does something again and again, one after the other, at once for the first time. Gives the way to stop. */
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
  // Closing wakes it by an error; that is its end.
  run().catch((error: unknown) => {
    if (open) throw error;
  });
  return () => {
    open = false;
  };
};
