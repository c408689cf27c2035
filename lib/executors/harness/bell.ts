import type { Clock } from '../../domain/ports.ts';

/** The end of the time that a look has. */
export interface Bell {
  /** Resolves, without a value, when it rings. */
  readonly rung: Promise<undefined>;
  readonly isOver: () => boolean;
  /** Nobody listens any more. */
  readonly stop: () => void;
}

export const bellAfter = (clock: Pick<Clock, 'sleep'>, milliseconds: number): Bell => {
  const stopped = new AbortController();
  let isOver = false;
  const ring = (): undefined => {
    isOver = true;
  };
  // A closed clock rejects all sleeps. Then the look is over as well.
  const rung = clock.sleep(milliseconds, stopped.signal).then(ring, ring);
  return { rung, isOver: () => isOver, stop: () => stopped.abort() };
};

/** A bell that rings earlier than another. */
export const sooner = (bell: Bell, clock: Pick<Clock, 'sleep'>, milliseconds: number): Bell => {
  const own = bellAfter(clock, milliseconds);
  return { rung: Promise.race([bell.rung, own.rung]), isOver: () => bell.isOver() || own.isOver(), stop: own.stop };
};
